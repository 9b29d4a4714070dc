/* Leaving at once: the button, or Esc three times. Answers are cleared first, and the page that is left is not in the
   browser's history, so that "back" does not return to it; nor does a link within the page make an entry there.
   Nothing is stored, loaded or sent. */
(function () {
  "use strict";

  var TIMES = 3;
  var WITHIN = 2000;  // milliseconds from the first Esc to the last
  var LATEST = 500;  // milliseconds until a browser that does not tell has gone back all the same
  var pressed = [];
  var left = false;

  /* How many entries of the history this page has made behind the present one: one thing a page, it makes one each. */
  function depth() {
    return (history.state && history.state.xinqiaoDepth) || 0;
  }

  /* Goes back to the entry with which the page was opened, and on from there. */
  function rewind(then) {
    var done = false;
    var once = function () {
      if (done) return;
      done = true;
      window.removeEventListener("popstate", once);
      then();
    };
    if (!depth()) { once(); return; }
    window.addEventListener("popstate", once);
    setTimeout(once, LATEST);
    history.go(-depth());
  }

  function clear() {
    var fields = document.querySelectorAll("input:not([type=hidden]), select, textarea");
    Array.prototype.forEach.call(fields, function (field) {
      if (field.type === "radio" || field.type === "checkbox") field.checked = false;
      else field.value = "";
    });
  }

  /* What was behind the present entry is then ahead, until a new entry takes its place: there the start page stands in. */
  function leave(link) {
    var deep = depth() > 0;
    clear();
    left = true;
    document.documentElement.style.visibility = "hidden";
    document.title = "";
    rewind(function () {
      if (!deep) { location.replace(link.href); return; }
      history.replaceState(null, "", link.getAttribute("data-start"));
      location.assign(link.href);
    });
  }

  /* A link within the page takes the place of the present entry. */
  function stay(event) {
    var link = event.target.closest ? event.target.closest("a[href*='#']") : null;
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.target || link.href.split("#")[0] !== location.href.split("#")[0]) return;
    var state = history.state;
    event.preventDefault();
    location.replace(link.href);
    history.replaceState(state, "");
  }

  function start() {
    var link = document.querySelector(".xq-exit a");
    if (!link) return;
    var how = document.querySelector(".xq-exit-how");
    if (how) how.hidden = false;
    link.addEventListener("click", function (event) {
      event.preventDefault();
      leave(link);
    });
    document.addEventListener("keydown", function (event) {
      if (event.key !== "Escape" && event.key !== "Esc") {
        pressed = [];
        return;
      }
      if (event.repeat || event.isComposing) return;
      pressed = pressed.concat(event.timeStamp).slice(-TIMES);
      if (pressed.length === TIMES && event.timeStamp - pressed[0] < WITHIN) leave(link);
    }, true);
    document.addEventListener("click", stay);
    // A page that was kept in memory must not show what was filled in, nor itself once it was left.
    window.addEventListener("pageshow", function (event) {
      if (!event.persisted) return;
      clear();
      if (left) location.reload();
    });
  }

  window.xinqiaoExit = { depth: depth, rewind: rewind };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
