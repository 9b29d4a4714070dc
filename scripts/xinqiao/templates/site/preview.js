// The preview's bar: says what is being built and what is wrong, and loads the page anew when it has changed.
// Asks by script elements, which pages that may connect to nobody allow as well. Never part of a built site.
(function () {
  "use strict";
  var version = null;
  var bar = null;
  var said = "";

  function element(name, parent, words, lang) {
    var made = document.createElement(name);
    if (words) { made.textContent = words; }
    if (lang) { made.lang = lang; }
    if (parent) { parent.appendChild(made); }
    return made;
  }

  function dressed(made, styles) {
    Object.keys(styles).forEach(function (name) { made.style[name] = styles[name]; });
    return made;
  }

  function begun() {
    bar = dressed(element("aside", document.body), {
      position: "fixed", bottom: "0", left: "0", right: "0", zIndex: "1000", maxHeight: "50vh", overflow: "auto",
      padding: "8px 16px", font: "14px/1.5 system-ui, sans-serif", color: "#3b2a00", background: "#fff6da",
      borderTop: "2px solid #8a6200"
    });
    bar.setAttribute("aria-label", "预览 Preview");
    bar.setAttribute("role", "status");
  }

  function show(state) {
    var count = state.problems.length;
    var now = JSON.stringify([state.building, state.problems]);
    if (now === said) { return; }
    said = now;
    if (!bar) { begun(); }
    bar.hidden = !count && !state.building;
    bar.style.display = bar.hidden ? "none" : "block";
    bar.textContent = "";
    if (state.building) {
      var busy = element("p", bar, "正在重建整个网站… ");
      dressed(busy, {margin: "0"});
      element("span", busy, "Building the whole site…", "en");
    }
    if (!count) { return; }
    var all = element("details", bar);
    var errors = state.problems.filter(function (one) { return one.level === "error"; }).length;
    all.open = errors > 0;
    var head = dressed(element("summary", all, (errors ? "错误 " + errors + " · 页面仍是上一次能用的样子 " : "提醒 " + count + " ")), {cursor: "pointer"});
    element("span", head, errors ? "Errors: " + errors + "; the page is still the last good one" : "Warnings: " + count, "en");
    var list = dressed(element("ul", all), {margin: "4px 0", paddingLeft: "20px"});
    state.problems.forEach(function (one) {
      var item = element("li", list, one.zh);
      dressed(element("div", item, one.en, "en"), {opacity: "0.85"});
    });
  }

  // Texts can be copied into a WeChat account; readers never see this.
  function offerCopy() {
    var kinds = ["article", "events", "recaps", "policy", "page", "help"];
    var text = kinds.some(function (kind) { return document.querySelector(".xq-page--" + kind + " article h1"); });
    if (!text || !/^\/(zh|en)\//.test(window.location.pathname)) { return; }
    var link = dressed(element("a", document.body, "复制到公众号 "), {
      position: "fixed", top: "112px", right: "8px", zIndex: "1001", padding: "8px 12px", borderRadius: "6px",
      font: "14px/1.5 system-ui, sans-serif", color: "#3b2a00", background: "#fff6da", border: "2px solid #8a6200"
    });
    link.href = "/.preview/wechat" + window.location.pathname;
    element("span", link, "WeChat", "en");
  }

  window.xinqiaoPreview = function (state) {
    if (version !== null && state.version !== version) {
      window.location.reload();
      return;
    }
    version = state.version;
    ask(state.count);
    show(state);
  };

  function ask(count) {
    var asking = element("script");
    asking.src = "/.preview/state.js?count=" + count;
    asking.onload = function () { asking.remove(); };
    asking.onerror = function () { asking.remove(); window.setTimeout(function () { ask(""); }, 2000); };
    document.head.appendChild(asking);
  }

  // Only once the page is there: a question that waits would hold its load event.
  window.addEventListener("load", function () { offerCopy(); window.setTimeout(function () { ask(""); }, 0); });
}());
