/* The search: loaded when somebody opens it, the files of its index (site/search.py) one by one as they are needed.
   What is looked for stays in this page: it is in no address and in no storage. */
(function () {
  "use strict";

  var WORDS = {
    zh: {
      name: "站内搜索", hint: "想找什么？", close: "关闭", help: "现在就要帮助", all: "全部页面",
      tip: "输入词语，例如“睡不着”“考试”。", busy: "正在查找…", more: "显示更多",
      none: "没有找到。可以换个说法，或看看全部页面。", lost: "网络不通，暂时查不了。可以看看全部页面。",
      found: function (own, other) { return "找到 " + (own + other) + " 页" + (other ? "，其中英文 " + other + " 页" : ""); },
      some: "没有一页包含所有的词。含其中一部分的：", other: "英文页面"
    },
    en: {
      name: "Search this site", hint: "What are you looking for?", close: "Close", help: "Get help now", all: "All pages",
      tip: "Type a word, such as “sleep” or “exam”.", busy: "Searching…", more: "Show more",
      none: "Nothing found. Try another word, or look at all pages.",
      lost: "The network is away, so nothing can be found now. Look at all pages.",
      found: function (own, other) {
        return own + other + (own + other === 1 ? " page" : " pages") + (other ? ", " + other + " of them in Chinese" : "");
      },
      some: "No page has all of these words. With some of them:", other: "Pages in Chinese"
    }
  };
  // As in site/search_terms.py.
  var RUN = "[\\u3005-\\u3007\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\u{20000}-\\u{3ffff}]+";
  var HAN = new RegExp("^" + RUN, "u"), TOKEN = new RegExp(RUN + "|[0-9a-z\\u00df-\\u024f\\u0370-\\u052f]+", "gu");
  var SIGNS = "", KEY = 3, LONGEST = 32, RANKS = 5;
  for (var code = 33; code < 127; code++) SIGNS += String.fromCharCode(code).replace(/["';<&\\]/, "");
  var HALF = SIGNS.length / 2;
  var WORTH = [1, 2, 3, 6, 12];
  var AT_ONCE = 6, WAIT = 150, AROUND = 42, MOST_WORDS = 8;

  var opener = document.querySelector(".xq-search-open");
  var lang = document.documentElement.lang.slice(0, 2) === "en" ? "en" : "zh";
  var say = WORDS[lang];
  var root = new URL(opener.getAttribute("data-root"), location.href).href;
  var plain = location.protocol === "file:" ? "index.html" : "";
  var waiting = {}, sign = "";

  function element(name, kind, text, parent) {
    var made = document.createElement(name);
    if (kind) made.className = kind;
    if (text) made.textContent = text;
    return parent.appendChild(made);
  }

  window.xinqiaoSearch = function (found, name, data) {
    if (sign && found !== sign) { waiting = {}; }  // a newer build: what was read before goes with an older one
    sign = found;
    if (waiting[name]) waiting[name].done(data);
  };

  function load(name) {
    if (waiting[name]) return waiting[name].promise;
    var one = waiting[name] = {};
    one.promise = new Promise(function (resolve, reject) {
      var script = document.createElement("script");
      one.done = resolve;
      script.src = root + "search/" + name + ".js" + (sign && "?h=" + sign);
      script.onload = function () { script.remove(); reject(new Error("stale")); };  // no matter once it has told
      script.onerror = function () { script.remove(); delete waiting[name]; reject(new Error("lost")); };
      document.head.appendChild(script);
    });
    return one.promise;
  }

  function fold(text) {
    return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  }

  function shard(term, shards) {
    var key = HAN.test(term) ? term : Array.from(term).slice(0, KEY).join("");
    var number = 0;
    for (var at = 0; at < key.length; at++) number = (number * 31 + key.charCodeAt(at)) % 65521;
    return number % shards;
  }

  function unpack(signs, into) {
    for (var at = 0, base = 0; at < signs.length; at++) {
      var step = 0, unit = 1, digit = SIGNS.indexOf(signs[at]);
      for (; digit >= HALF; digit = SIGNS.indexOf(signs[++at])) { step += (digit - HALF) * unit; unit *= HALF; }
      var posting = base + step + digit * unit;
      var place = Math.floor(posting / RANKS);
      into.set(place, Math.max(into.get(place) || 0, WORTH[posting % RANKS]));
      base = (place + 1) * RANKS;
    }
    return into;
  }

  /* Part → worth, of one term or of all terms that begin with it; one that is it counts a little more. */
  function parts(shelf, term, beginning) {
    var found = new Map();
    var sought = ";" + term + (beginning ? "" : " ");
    for (var at = shelf.indexOf(sought); at >= 0; at = shelf.indexOf(sought, at + 1)) {
      var space = shelf.indexOf(" ", at);
      var whole = space - at - 1 === term.length;
      var one = unpack(shelf.slice(space + 1, shelf.indexOf(";", space)), new Map());
      one.forEach(function (worth, part) { found.set(part, Math.max(found.get(part) || 0, worth + (whole ? 0.5 : 0))); });
    }
    return found;
  }

  function both(one, other) {
    var found = new Map();
    one.forEach(function (worth, part) { if (other.has(part)) found.set(part, Math.min(worth, other.get(part))); });
    return found;
  }

  function termsOf(word) {
    if (!HAN.test(word)) return [word.slice(0, LONGEST)];
    var signs = Array.from(word);
    return signs.length < 2 ? signs : signs.slice(1).map(function (sign, at) { return signs[at] + sign; });
  }

  /* The parts that have a word; an English word is found by its beginning, from three letters on, or else without its s. */
  function lookUp(word, shards) {
    var terms = termsOf(word), han = HAN.test(word);
    return Promise.all(terms.map(function (term) { return load("s" + shard(term, shards)); })).then(function (shelves) {
      var found = terms.map(function (term, at) { return parts(shelves[at], term, !han && term.length >= KEY); });
      if (!han && !found[0].size && /^.{4,}s$/.test(word)) {
        word = word.slice(0, -1);
        found = [parts(shelves[0], word, true)];
      }
      return { word: word, parts: found.reduce(both) };
    });
  }

  /* Which page each part belongs to, from how many parts each has; pages of one language stand together. */
  function plan(start) {
    var page = 0, pages = [];
    Object.keys(start.pages).forEach(function (of) {
      start.pages[of].forEach(function (count) {
        for (var at = 0; at < count; at++) pages.push(page);
        page++;
      });
    });
    var zh = start.pages.zh.length;
    return { pages: pages, own: function (number) { return (number < zh) === (lang === "zh"); } };
  }

  function ranked(found, planned) {
    var pages = new Map();
    found.forEach(function (of) {
      var best = new Map();
      of.parts.forEach(function (worth, part) {
        var page = planned.pages[part], known = best.get(page);
        if (!known || worth > known.worth) best.set(page, { worth: worth, part: part });
      });
      best.forEach(function (one, page) {
        var known = pages.get(page) || { page: page, part: one.part, worth: 0, top: 0, words: 0, own: planned.own(page) };
        known.words++;
        known.worth += one.worth;
        if (one.worth > known.top) { known.top = one.worth; known.part = one.part; }
        pages.set(page, known);
      });
    });
    var all = Array.from(pages.values());
    var whole = all.filter(function (one) { return one.words === found.length; });
    var kept = whole.length ? whole : all;
    kept.sort(function (a, b) { return b.own - a.own || b.words - a.words || b.worth - a.worth || a.page - b.page; });
    return { pages: kept, whole: whole.length > 0 || !all.length };
  }

  function find(query) {
    var words = Array.from(new Set(fold(query).match(TOKEN) || [])).slice(0, MOST_WORDS);
    if (!words.length) return Promise.resolve(null);
    return load("start").then(function (start) {
      return Promise.all(words.map(function (word) { return lookUp(word, start.shards); })).then(function (found) {
        var result = ranked(found, plan(start));
        result.words = found.map(function (one) { return one.word; });
        return result;
      });
    });
  }

  /* Where words stand in a text: [from, to], in order. */
  function places(text, words) {
    var folded = "", from = [];
    for (var at = 0; at < text.length;) {
      var sign = String.fromCodePoint(text.codePointAt(at));
      var as = fold(sign);
      for (var each = 0; each < as.length; each++) from.push(at);
      folded += as;
      at += sign.length;
    }
    from.push(text.length);
    var found = [];
    words.forEach(function (word) {
      var whole = HAN.test(word);
      for (var at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length)) {
        if (whole || !at || !/[0-9a-z]/.test(folded[at - 1])) found.push([from[at], from[at + word.length]]);
      }
    });
    found.sort(function (a, b) { return a[0] - b[0] || b[1] - a[1]; });
    return found.filter(function (one, at) { return !at || one[0] >= found[at - 1][1]; });
  }

  function marked(text, words, into) {
    var at = 0;
    places(text, words).forEach(function (spot) {
      into.append(text.slice(at, spot[0]));
      element("mark", "", text.slice(spot[0], spot[1]), into);
      at = spot[1];
    });
    into.append(text.slice(at));
  }

  function excerpt(text, words, into) {
    var spots = places(text, words);
    var wide = AROUND * (/[\u4e00-\u9fff]/.test(text) ? 1 : 2.2);
    var from = Math.max(0, (spots.length ? spots[0][0] : 0) - wide / 2), to = Math.min(text.length, from + 2 * wide);
    while (from > 0 && from > wide / 4 && /[0-9A-Za-z]/.test(text[Math.floor(from) - 1])) from--;
    from = Math.floor(from); to = Math.floor(to);
    while (to < text.length && /[0-9A-Za-z]/.test(text[to])) to++;
    into.append(from ? "…" : "");
    marked(text.slice(from, to), words, into);
    into.append(to < text.length ? "…" : "");
  }

  /* The section to lead to: the one with most of the words, in its heading before its text. */
  function section(part, words) {
    var best = part.sections[0] || ["", "", ""], most = -1;
    part.sections.forEach(function (one) {
      var worth = words.reduce(function (sum, word) {
        return sum + (places(one[1], [word]).length ? 3 : 0) + (places(one[2], [word]).length ? 2 : 0);
      }, 0);
      if (worth > most) { best = one; most = worth; }
    });
    return best;
  }

  function add(part, words, other) {
    var here = section(part, words), link = element("a", "", "", element("li", "", "", list));
    var titled = words.every(function (word) { return places(part.title, [word]).length; });
    link.href = root + part.page + plain + (here[0] && !titled ? "#" + encodeURIComponent(here[0]) : "");
    if (other) link.lang = lang === "zh" ? "en" : "zh-CN";
    marked(part.title, words, element("strong", "", "", link));
    if (here[1] && !titled) marked(here[1], words, element("span", "xq-search__heading", "", link));
    excerpt(here[2].replace(/\n/g, " "), words, element("span", "xq-search__text", "", link));
  }

  /* Whether a Chinese word, known so far by its pairs of characters, stands there as a whole. */
  function stands(part, words) {
    var all = part.title + "\n" + part.sections.map(function (one) { return one[1] + "\n" + one[2]; }).join("\n");
    return words.every(function (word) { return !HAN.test(word) || word.length < 3 || places(all, [word]).length; });
  }

  var box, field, status, list, more, asked = 0, answer = Promise.resolve(), before = null;

  function make() {
    box = element("div", "xq-search", "", document.body);
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-modal", "true");
    box.setAttribute("aria-label", say.name);
    var inner = element("div", "xq-search__inner", "", box);
    var form = element("form", "xq-search__form", "", inner);
    form.setAttribute("role", "search");
    field = element("input", "xq-search__field", "", form);
    field.type = "search";
    field.setAttribute("aria-label", say.name);
    field.placeholder = say.hint;
    field.maxLength = 80;
    ["autocomplete", "autocapitalize", "autocorrect"].forEach(function (name) { field.setAttribute(name, "off"); });
    field.setAttribute("spellcheck", "false");
    field.setAttribute("enterkeyhint", "search");
    var shut = element("button", "xq-search__close", say.close, form);
    shut.type = "button";
    shut.addEventListener("click", close);
    status = element("p", "xq-search__status", "", inner);
    status.setAttribute("role", "status");
    list = element("ol", "xq-search__list", "", inner);
    more = element("button", "xq-search__more", say.more, inner);
    more.type = "button";
    more.hidden = true;
    var foot = element("p", "xq-search__foot", "", inner);
    element("a", "xq-search__help", say.help, foot).href = root + "help-now/" + plain;
    element("a", "", say.all, foot).href = opener.href + plain;
    form.addEventListener("submit", function (event) {
      var mine = asked;
      event.preventDefault();
      answer.then(function () { if (mine === asked) step(1); });
    });
    field.addEventListener("input", function (event) { if (!event.isComposing) later(); });
    field.addEventListener("compositionend", later);
    box.addEventListener("keydown", keys);
    box.addEventListener("click", function (event) {
      var link = event.target.closest("a");
      if (event.target === box || (link && !event.ctrlKey && !event.metaKey && !event.shiftKey)) close();
    });
  }

  /* The focus goes along field, results and what shows more of them. */
  function step(by) {
    var results = [field].concat(Array.from(list.querySelectorAll("a")), more.hidden ? [] : [more]);
    var at = results.indexOf(document.activeElement) + by;
    if (results[at]) results[at].focus();
  }

  function keys(event) {
    if (event.isComposing) return;
    var all = Array.from(box.querySelectorAll("input, button:not([hidden]), a")), last = all.length - 1;
    var back = event.shiftKey;
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Tab" && document.activeElement === all[back ? 0 : last]) all[back ? last : 0].focus();
    else { event.stopPropagation(); return; }  // letters are no short cuts of the page here
    event.preventDefault();
  }

  function later() {
    var mine = ++asked;
    answer = new Promise(function (done) {
      setTimeout(function () { if (mine === asked) run(mine, true).then(done); }, WAIT);
    });
  }

  function run(mine, again) {
    if (!list.children.length) status.textContent = say.busy;
    return find(field.value).then(function (result) {
      if (mine !== asked) return;
      if (!result || !result.pages.length) return tell(result ? say.none : say.tip);
      return show(result, 0, mine, []);
    }).catch(function (error) {
      if (mine !== asked) return;
      // Files of two builds met: once more, with the newer one.
      if (error.message === "stale" && again) { waiting = {}; return run(mine, false); }
      tell(say.lost);
    });
  }

  function tell(words) {
    if (list.contains(document.activeElement)) field.focus();
    status.textContent = words;
    list.textContent = "";
    more.hidden = true;
  }

  function show(result, from, mine, kept) {
    var next = result.pages.slice(from, from + AT_ONCE);
    return Promise.all(next.map(function (one) { return load("t" + one.part); })).then(function (found) {
      if (mine !== asked) return;
      found.forEach(function (part, at) {
        if (result.whole && !stands(part, result.words)) { next[at].gone = true; return; }
        kept.push({ part: part, other: !next[at].own });
      });
      var left = from + AT_ONCE < result.pages.length;
      if (!kept.length && left) return show(result, from + AT_ONCE, mine, kept);
      paint(result, kept, from);
      more.hidden = !left;
      more.onclick = function () { show(result, from + AT_ONCE, mine, kept).then(function () { step(1); }); };
    });
  }

  function paint(result, kept, from) {
    var there = result.pages.filter(function (one) { return !one.gone; });
    var other = there.filter(function (one) { return !one.own; }).length;
    if (!kept.length) return tell(say.none);
    if (!from) tell("");
    status.textContent = (result.whole ? "" : say.some + " ") + say.found(there.length - other, other);
    kept.slice(list.querySelectorAll("a").length).forEach(function (one) {
      if (one.other && !list.querySelector(".xq-search__other")) element("li", "xq-search__other", say.other, list);
      add(one.part, result.words, one.other);
    });
  }

  function behind(inert) {
    Array.from(document.body.children).forEach(function (child) { if (child !== box && child.tagName !== "SCRIPT") child.inert = inert; });
    document.documentElement.classList.toggle("xq-searching", inert);
  }

  function close() {
    if (!box || box.hidden) return;
    box.hidden = true;
    field.value = "";
    asked++;
    tell("");
    behind(false);
    (before && before.isConnected && before !== document.body ? before : document.querySelector(".xq-search-open")).focus();
  }

  window.xinqiaoSearchOpen = function () {
    if (!box) make();
    if (!box.hidden && box.contains(document.activeElement)) return;
    before = document.activeElement;
    box.hidden = false;
    tell(say.tip);
    behind(true);
    field.focus();
    load("start").catch(function () { tell(say.lost); });
  };
})();
