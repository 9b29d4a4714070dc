/* Menu and search of the header for keyboards: a real button in place of the theme's label. Esc closes the menu
   and gives the focus back; what lies under the open menu takes no focus meanwhile. */
(function () {
  "use strict";

  var drawer = document.getElementById("__drawer");
  var buttons = {};

  /* On wide screens there is no drawer, whatever its box says. */
  function covers() {
    var menu = document.querySelector(".md-sidebar--primary");
    return !!drawer && drawer.checked && !!menu && getComputedStyle(menu).position === "fixed";
  }

  function update() {
    [".xq-page", ".md-footer"].forEach(function (name) {
      var element = document.querySelector(name);
      if (element) element.inert = covers();
    });
    Object.keys(buttons).forEach(function (id) {
      buttons[id].setAttribute("aria-expanded", String(document.getElementById(id).checked));
    });
  }

  function replace(id, name) {
    var label = document.querySelector(".md-header__button[for=" + id + "]");
    var box = document.getElementById(id);
    if (!label || !box) return;
    var button = document.createElement("button");
    button.type = "button";
    button.className = "md-header__button md-icon xq-opens xq-opens--" + name;
    button.innerHTML = label.innerHTML;
    button.addEventListener("click", function () { box.click(); });
    label.parentNode.replaceChild(button, label);
    buttons[id] = button;
    box.addEventListener("change", update);
  }

  /* The search: nothing of it is loaded before it is opened, by its link, by Ctrl-K or ⌘K, or by a slash. */
  function search() {
    var link = document.querySelector(".xq-search-open");
    if (!link) return;
    var loading = 0;

    function add(name, attributes) {
      var element = document.createElement(name);
      Object.keys(attributes).forEach(function (key) { if (attributes[key]) element[key] = attributes[key]; });
      element.onload = function () { if (!--loading) window.xinqiaoSearchOpen(); };
      element.onerror = function () { location.href = link.href; };
      loading++;
      document.head.appendChild(element);
    }

    function open(event) {
      event.preventDefault();
      if (loading) return;
      if (window.xinqiaoSearchOpen) { window.xinqiaoSearchOpen(); return; }
      var address = link.getAttribute("data-search");
      // A page opened from a disk has no origin by which its scripts could be compared with their hash.
      var hash = location.protocol !== "file:" && link.getAttribute("data-search-integrity");
      add("link", { rel: "stylesheet", href: address.replace("search.js", "search.css") });
      add("script", { integrity: hash, src: address });
    }

    link.setAttribute("role", "button");
    link.setAttribute("aria-haspopup", "dialog");
    link.addEventListener("click", open);
    document.addEventListener("keydown", function (event) {
      var typing = /^(?:INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || event.target.isContentEditable;
      var chord = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
      var slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
      var pressed = event.key === " " && event.target === link;
      if (chord || slash || pressed) open(event);
    });
  }

  replace("__drawer", "menu");
  search();
  update();
  window.addEventListener("resize", update);
  /* A part of this page was chosen in the menu: the menu gives way to it. */
  document.addEventListener("click", function (event) {
    var link = event.target.closest ? event.target.closest(".xq-parts a") : null;
    if (link && covers()) drawer.click();
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape" || !covers()) return;
    drawer.click();
    if (buttons.__drawer) buttons.__drawer.focus();
  });
})();
