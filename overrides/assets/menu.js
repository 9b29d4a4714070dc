/* Menu and search of the header for keyboards: real buttons in place of the theme's labels. Esc closes the menu
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

  /* The focus goes into the search field, and back to the button when the search closes under it. */
  function search() {
    var box = document.getElementById("__search");
    var field = document.querySelector(".md-search__input");
    if (!buttons.__search || !field) return;
    box.addEventListener("change", function () {
      var inside = document.activeElement === document.body || !!document.activeElement.closest(".md-search");
      if (box.checked) field.focus();
      else if (inside) buttons.__search.focus();
    });
  }

  replace("__drawer", "menu");
  replace("__search", "search");
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
