/* Courses. Questions of a lesson: says aloud, for who cannot see it, why what was chosen fits or does not. The page shows it
   without this script too. A card: the button that prints. Nothing is sent and nothing is kept. */
(function () {
  "use strict";

  document.querySelectorAll(".xq-quiz").forEach(function (question) {
    const said = document.createElement("p");
    said.className = "xq-unseen";
    said.setAttribute("role", "status");
    question.appendChild(said);
    question.addEventListener("change", function (event) {
      const why = event.target.parentNode.querySelector(".xq-why");
      said.textContent = event.target.checked ? why.textContent : "";
    });
  });

  document.querySelectorAll("[data-xq-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
})();
