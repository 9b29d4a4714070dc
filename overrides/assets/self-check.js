/* A self-check: scored here, shown here, gone with the page. Nothing is stored, nothing is loaded, nothing is sent;
   the page's policy forbids any connection. Needs form.js. Without this script the page can be counted by hand.
   Who chooses to contribute opens another page, which receives the answers in memory and asks for consent. */
(function () {
  "use strict";

  var shared = window.xinqiaoForm;
  var all = shared.all;
  var PATIENCE = 10000;
  // Browsers inside these apps open every address in the same window, so that nothing could be handed over.
  var IN_APP = /MicroMessenger|DingTalk|AlipayClient| QQ\//;

  /* Scores, as tables/score.py has them: fractions of whole numbers, [numerator, denominator]. */

  function divisor(a, b) {
    return b ? divisor(b, a % b) : Math.abs(a);
  }

  function fraction(over, under) {
    var common = divisor(over, under) || 1;
    return [over / common, under / common];
  }

  function own(object, key) {
    return Object.prototype.hasOwnProperty.call(object, key) ? object[key] : null;
  }

  function points(item, answer) {
    if (answer === null || answer === "") return null;
    if (item.scores) return own(item.scores, answer);
    if (!/^-?[0-9]+$/.test(answer)) return null;
    return item.mirror === null ? Number(answer) : item.mirror - Number(answer);
  }

  function reached(scale, score) {
    var found = scale.bands.filter(function (band) { return band.low[0] * score[1] <= score[0] * band.low[1]; });
    return found.length ? found[found.length - 1].name : "";
  }

  function alarming(scale, answers) {
    var danger = scale.danger;
    var answer = danger ? own(answers, danger.item) : null;
    if (answer === null || answer === "") return false;
    return danger.answers ? danger.answers.indexOf(answer) >= 0 : Number(answer) >= danger.least;
  }

  /* What a scale makes of a set of answers: score (null where too much lacks), band, danger. */
  function verdict(scale, answers) {
    var present = scale.items.map(function (item) { return points(item, own(answers, item.name)); })
      .filter(function (value) { return value !== null; });
    var danger = alarming(scale, answers);
    if (!present.length || scale.items.length - present.length > scale.missing) {
      return { score: null, band: "", danger: danger };
    }
    var total = present.reduce(function (a, b) { return a + b; }, 0) * (scale.sum ? scale.items.length : 1);
    var score = fraction(total * scale.factor[0], present.length * scale.factor[1]);
    return { score: score, band: reached(scale, score), danger: danger };
  }

  shared.verdict = verdict;

  /* The page. */

  function fill(words, values) {
    return words.replace(/\{(\w+)\}/g, function (whole, name) { return name in values ? values[name] : whole; });
  }

  function figure(score) {
    return String(Math.round(score[0] / score[1] * 100) / 100);
  }

  function Check(root) {
    var check = this;
    this.root = root;
    this.page = new shared.Page(root);
    this.say = this.page.say;
    this.data = JSON.parse(root.querySelector(".xq-check-data").textContent);
    this.waiting = null;
    this.on(".xq-see", function () { check.see(); });
    this.on(".xq-print", function () { check.print(); });
    this.on(".xq-back", function () {
      check.show(false);
      shared.meet(check.find("fieldset input"), check.find(".xq-section"));
    });
    this.on(".xq-again", function () {
      check.clear();
      window.scrollTo(0, 0);
      var title = document.querySelector("h1");
      title.setAttribute("tabindex", "-1");
      title.focus({ preventScroll: true });
    });
    this.on(".xq-contribute", function (button) { check.invite(button); });
    window.addEventListener("message", function (event) { check.hand(event); });
    // Leaving leaves nothing behind, not even for "back".
    window.addEventListener("pagehide", function () { check.clear(); });
    window.addEventListener("pageshow", function (event) { if (event.persisted) check.clear(); });
    root.classList.add("xq-check--live");
    this.find(".xq-see").hidden = false;
    this.clear();
  }

  Check.prototype.find = function (selector) { return this.root.querySelector(selector); };

  Check.prototype.on = function (selector, act) {
    var button = this.find(selector);
    if (button) button.addEventListener("click", function () { act(button); });
  };

  /* Everything as it was when the page came. */
  Check.prototype.clear = function () {
    this.page.questions.forEach(function (question) {
      question.inputs.forEach(function (input) {
        if (input.type === "radio" || input.type === "checkbox") input.checked = false;
        else input.value = "";
      });
      question.mark("", this.say);
    }, this);
    this.page.marked = [];
    this.page.summary.hidden = true;
    this.find(".xq-yours dl").textContent = "";
    all(".xq-score, .xq-meter", this.root).forEach(function (part) { part.textContent = ""; });
    this.find(".xq-result-title").textContent = "";
    this.waiting = null;
    this.tell("");
    this.page.update();
    this.show(false);
  };

  /* Either the questions or the result. */
  Check.prototype.show = function (result) {
    this.find(".xq-check-questions").hidden = result;
    this.find(".xq-outcome").hidden = !result;
    all(".xq-by-hand", this.root).forEach(function (part) { part.hidden = true; });
    all(".xq-result-title, .xq-yours, .xq-invite", this.root).forEach(function (part) { part.hidden = !result; });
  };

  Check.prototype.see = function () {
    var check = this;
    if (!this.page.check()) return;
    var answers = this.page.answers();
    var danger = false;
    var results = this.data.scales.map(function (scale) {
      var found = verdict(scale, answers);
      danger = danger || found.danger;
      return check.range(scale, found);
    });
    // A sign of danger counts also where no scale asks for it in this form of words.
    danger = danger || this.page.questions.some(function (question) { return question.alarming(); });
    var title = this.find(".xq-result-title");
    title.textContent = fill(this.say.result, { results: results.join(this.say.between) });
    this.find(".xq-first").hidden = !danger;
    this.list();
    this.show(true);
    shared.meet(danger ? this.find(".xq-first h2") : title, danger ? this.find(".xq-first") : title);
  };

  /* One scale's score in words, its place among the ranges, and what may help there. */
  Check.prototype.range = function (scale, found) {
    var part = all(".xq-scale", this.root).filter(function (one) {
      return one.getAttribute("data-scale") === scale.name;
    })[0];
    var said = part.querySelector(".xq-score");
    var label = "";
    all(".xq-band", part).forEach(function (band) {
      var here = band.getAttribute("data-band") === found.band;
      band.hidden = !here;
      if (here) label = band.querySelector("h3").textContent;
    });
    said.hidden = false;
    if (!found.score) {
      said.textContent = this.say.lacking;
      return this.say.no_score;
    }
    var ends = { low: part.getAttribute("data-low"), high: part.getAttribute("data-high") };
    var values = { title: part.getAttribute("data-title"), score: figure(found.score), band: label };
    said.textContent = fill(ends.high === null ? this.say.plain : this.say.extent, Object.assign(values, ends));
    this.meter(part.querySelector(".xq-meter"), scale, found, ends);
    return fill(label ? this.say.banded : this.say.points, values);
  };

  /* The ranges side by side, each as wide as it is, with the one of this score marked. */
  Check.prototype.meter = function (meter, scale, found, ends) {
    meter.textContent = "";
    meter.hidden = ends.high === null || scale.bands.length < 2;
    if (meter.hidden) return;
    var lows = scale.bands.map(function (band) { return band.low[0] / band.low[1]; });
    var low = Math.min(Number(ends.low), lows[0]);
    // A range of whole scores reaches to the next one's first: the last range is as long as its scores are many.
    var high = Number(ends.high) + 1;
    scale.bands.forEach(function (band, at) {
      var segment = meter.appendChild(document.createElement("span"));
      segment.style.flexGrow = String((at + 1 < lows.length ? lows[at + 1] : high) - lows[at]);
      segment.className = band.name === found.band ? "xq-meter__here" : "";
    });
    var mark = meter.appendChild(document.createElement("i"));
    mark.style.left = ((found.score[0] / found.score[1] + .5 - low) / (high - low) * 100).toFixed(2) + "%";
  };

  /* The answers in words, to print or to show to somebody. */
  Check.prototype.list = function () {
    var list = this.find(".xq-yours dl");
    list.textContent = "";
    this.page.questions.forEach(function (question) {
      if (question.kind === "note" || question.element.hidden) return;
      var chosen = all("input:checked", question.element).map(function (input) {
        return input.parentNode.textContent.trim();
      });
      var words = chosen.join(" · ") || (question.inputs[0].type === "radio" ? "" : question.answer());
      list.appendChild(document.createElement("dt")).textContent = question.label();
      list.appendChild(document.createElement("dd")).textContent = words || this.say.skipped;
    }, this);
  };

  Check.prototype.print = function () {
    this.find(".xq-yours details").open = true;
    window.print();
  };

  /* Contributing: another window asks for the answers, once, and gets them in memory. */

  Check.prototype.tell = function (code) {
    var status = this.find(".xq-invite .xq-form-status");
    if (status) status.textContent = code ? this.say[code] : "";
  };

  Check.prototype.invite = function (button) {
    var check = this;
    var child = IN_APP.test(navigator.userAgent) ? null : window.open(button.getAttribute("data-address"), "_blank");
    if (!child) {
      this.tell(IN_APP.test(navigator.userAgent) ? "in_app" : "blocked");
      return;
    }
    var waiting = { child: child, answers: this.page.answers() };
    this.waiting = waiting;
    this.tell("");
    setTimeout(function () {
      if (check.waiting !== waiting) return;
      check.waiting = null;
      check.tell("lost");
    }, PATIENCE);
  };

  Check.prototype.hand = function (event) {
    var waiting = this.waiting;
    var asked = event.data;
    if (!waiting || event.origin !== location.origin || event.source !== waiting.child) return;
    if (!asked || asked.xinqiao !== "ready" || asked.form !== this.data.form || asked.version !== this.data.version) return;
    this.waiting = null;
    waiting.child.postMessage({
      xinqiao: "answers", form: this.data.form, version: this.data.version, answers: waiting.answers
    }, location.origin);
    this.tell("handed");
  };

  shared.ready(function () {
    all(".xq-check", document).forEach(function (root) { return new Check(root); });
  });
})();
