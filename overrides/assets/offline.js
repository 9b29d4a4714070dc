/* Asks the browser to keep the help page for when the network fails (help-worker.js at the root of the site). */
(function () {
  "use strict";

  var script = document.currentScript;
  if (!script || !navigator.serviceWorker || !/^https?:$/.test(location.protocol)) return;
  window.addEventListener("load", function () {
    // Where it may not, on plain http for instance, pages work as they are.
    navigator.serviceWorker.register(script.getAttribute("data-worker")).catch(Boolean);
  });
})();
