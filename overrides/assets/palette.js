/* Light or dark on pages where the theme's own scripts do not run: the visitor's choice, else the system's. Reads, never writes. */
(function () {
  "use strict";

  var colour = null;
  try {
    colour = JSON.parse(localStorage.getItem("/.__palette")).color;
  } catch (error) {
    colour = null;  // no choice was made, or storage is closed
  }
  var dark = matchMedia("(prefers-color-scheme: dark)");

  function paint() {
    var chosen = colour && colour.media !== "(prefers-color-scheme)" ? colour.scheme : "";
    document.body.setAttribute("data-md-color-scheme", chosen || (dark.matches ? "slate" : "default"));
  }

  /* What stands in for scripts does not show for a moment and push the page about. */
  document.documentElement.classList.add("xq-scripts");
  paint();
  if (dark.addEventListener) dark.addEventListener("change", paint);
})();
