/* The page that contributes a self-check: receives the answers in memory from the page that opened it, once, shows
   them, and sends nothing before a person agrees. Needs form.js and send.js. */
(function () {
  "use strict";

  var shared = window.xinqiaoForm;
  var data = JSON.parse(document.querySelector(".xq-contribute-page .xq-check-data").textContent);
  var form = document.querySelector("form[data-received]");
  var received = false;

  /* The opener, if it is this self-check's own page. */
  function opener() {
    try {
      var wanted = new URL("../", location.href);
      var other = window.opener && !window.opener.closed ? window.opener.location : null;
      return other && other.origin === wanted.origin && other.pathname === wanted.pathname ? window.opener : null;
    } catch (error) {
      return null;  // a page of somebody else, which may not be looked at
    }
  }

  /* The answers that this form knows; anything else is left out. */
  function known(answers) {
    var found = {};
    data.questions.forEach(function (question) {
      var given = Object.prototype.hasOwnProperty.call(answers, question.name) ? answers[question.name] : "";
      var names = Object.keys(question.choices);
      var fits = function (one) { return typeof one === "string" && (!names.length || names.indexOf(one) >= 0); };
      if (Array.isArray(given) ? given.length && given.every(fits) : given !== "" && fits(given)) {
        found[question.name] = given;
      }
    });
    return found;
  }

  function list(answers, say) {
    var shown = form.querySelector(".xq-answers");
    data.questions.forEach(function (question) {
      var given = [].concat(answers[question.name] || []);
      var words = given.map(function (one) { return question.choices[one] || one; }).join(" · ");
      shown.appendChild(document.createElement("dt")).textContent = question.label;
      shown.appendChild(document.createElement("dd")).textContent = words || say.skipped;
    });
  }

  function receive(event) {
    var given = event.data;
    if (received || event.origin !== location.origin || event.source !== window.opener || !opener()) return;
    if (!given || given.xinqiao !== "answers" || given.form !== data.form || given.version !== data.version) return;
    var answers = known(given.answers || {});
    if (!Object.keys(answers).length) return;
    received = true;
    window.removeEventListener("message", receive);
    window.opener = null;
    var sender = new shared.Sender(form);
    sender.answers = function () { return answers; };
    list(answers, sender.say);
    document.querySelector(".xq-waiting").hidden = true;
    form.hidden = false;
    shared.meet(form.querySelector("h2"));
  }

  function decline() {
    var said = document.querySelector(".xq-declined");
    form.parentNode.removeChild(form);
    said.hidden = false;
    shared.meet(said);
    window.close();
  }

  form.querySelector(".xq-decline").addEventListener("click", decline);
  window.addEventListener("message", receive);
  // What was shown must not come back by "back".
  window.addEventListener("pageshow", function (event) { if (event.persisted) location.reload(); });
  if (opener()) opener().postMessage({ xinqiao: "ready", form: data.form, version: data.version }, location.origin);
})();
