// Before the editor's script, which reads both at once: the language of the page, and who writes.
(function () {
  "use strict";
  var given = JSON.parse(document.getElementById("editor-config").textContent);
  var preferences = {};
  try { preferences = JSON.parse(localStorage.getItem("sveltia-cms.prefs") || "{}"); } catch (error) { preferences = {}; }
  preferences.locale = given.locale;
  localStorage.setItem("sveltia-cms.prefs", JSON.stringify(preferences));
  if (given.token) {
    // On this machine there is nobody to sign in to; the address of the page is the key.
    localStorage.setItem("sveltia-cms.user", JSON.stringify({backendName: given.config.backend.name, token: given.token}));
  }
}());
