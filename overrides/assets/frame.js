/* The frame of a page: the choice of colours, the part that is in view, parts that open on paper. It takes the place
   of the theme's own script, which weighs as much as all else together. Colours are remembered as the theme does. */
(function () {
  "use strict";

  var KEY = "/.__palette";
  var SYSTEM = "(prefers-color-scheme)";

  function each(list, what) { Array.prototype.forEach.call(list, what); }

  function palette() {
    var options = document.querySelectorAll("[data-md-component=palette] input");
    var dark = matchMedia("(prefers-color-scheme: dark)");
    var chosen = 0;

    function paint() {
      var option = options[chosen];
      var own = option.getAttribute("data-md-color-scheme");
      var scheme = option.getAttribute("data-md-color-media") === SYSTEM ? (dark.matches ? "slate" : "default") : own;
      document.body.setAttribute("data-md-color-scheme", scheme);
      option.checked = true;
      each(options, function (one, at) { one.nextElementSibling.hidden = at !== chosen; });
    }

    if (!options.length) return;
    try {
      chosen = JSON.parse(localStorage.getItem(KEY)).index;
    } catch (error) {
      chosen = 0;  // no choice was made, or storage is closed
    }
    if (!options[chosen]) chosen = 0;
    each(options, function (option, at) {
      option.addEventListener("change", function () {
        chosen = at;
        paint();
        var color = {};
        ["media", "scheme", "primary", "accent"].forEach(function (name) {
          color[name] = option.getAttribute("data-md-color-" + name);
        });
        try {
          localStorage.setItem(KEY, JSON.stringify({ index: at, color: color }));
        } catch (error) {
          return;  // storage is closed: the choice holds for this page
        }
      });
    });
    if (dark.addEventListener) dark.addEventListener("change", paint);
    paint();
  }

  /* Marks in the contents the last part whose heading has come to the upper third of the screen. */
  function contents() {
    var links = document.querySelectorAll(".md-nav--secondary .md-nav__link[href^='#']");
    var waiting = false;

    function mark() {
      var current = null;
      waiting = false;
      each(links, function (link) {
        var part = document.getElementById(decodeURIComponent(link.hash.slice(1)));
        if (part && part.getBoundingClientRect().top < window.innerHeight / 3) current = link;
      });
      each(links, function (link) { link.classList.toggle("md-nav__link--active", link === current); });
    }

    if (!links.length) return;
    window.addEventListener("scroll", function () {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(mark);
    }, { passive: true });
    mark();
  }

  document.documentElement.classList.remove("no-js");
  document.documentElement.classList.add("js");
  palette();
  contents();
  window.addEventListener("beforeprint", function () {
    each(document.querySelectorAll("details"), function (part) { part.open = true; });
  });
})();
