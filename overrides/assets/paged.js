/* One thing a page: a form whose questions come one after the other, or group by group. The questions stay in one
   document and nothing is stored; without this script they all show. The browser's own "back" goes one page back:
   each has an entry in the history that holds its number, and no answer. Needs form.js and exit.js. */
(function () {
  "use strict";

  var shared = window.xinqiaoForm;
  var leaving = window.xinqiaoExit;

  /* Turns the pages of a page of questions. */
  function Turner(page) {
    var turner = this;
    this.page = page;
    this.at = null;
    this.trail = [];  // the pages that were turned to, by the number of their entry
    this.progress = page.form.querySelector(".xq-progress");
    this.turn = page.form.querySelector(".xq-turn");
    this.back = this.turn.querySelector(".xq-back");
    this.send = page.form.querySelector(".xq-send");
    this.start = document.querySelector(".xq-preamble");  // what is said before the first question
    this.progress.hidden = this.turn.hidden = false;
    this.back.addEventListener("click", function () { turner.backward(); });
    this.turn.querySelector(".xq-continue").addEventListener("click", function () { turner.onward(); });
    window.addEventListener("popstate", function (event) {
      if (event.state && "xinqiaoDepth" in event.state && !page.busy) turner.again(event.state.xinqiaoDepth);
    });
    history.replaceState({ xinqiaoDepth: leaving.depth() }, "");
    page.show = function () {
      turner.place();
      Object.getPrototypeOf(page).show.call(page);
    };
    page.open = function (question) {
      turner.at = turner.trail[leaving.depth()] = question.step;
      page.show();
    };
    // Return in a text field goes on, and sends on the last page only.
    page.form.addEventListener("submit", function (event) {
      if (turner.last()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      turner.onward();
    }, true);
    page.update();
  }

  /* The names of the pages that apply, in order. */
  Turner.prototype.steps = function () {
    var found = [];
    this.page.questions.forEach(function (question) {
      if (!question.away && question.kind !== "calculate" && found.indexOf(question.step) < 0) found.push(question.step);
    });
    return found;
  };

  Turner.prototype.last = function () {
    return this.steps().slice(-1)[0] === this.at;
  };

  /* Which questions stand on the present page, and how far it is. */
  Turner.prototype.place = function () {
    var steps = this.steps();
    if (steps.indexOf(this.at) < 0) this.at = steps[0];
    this.page.questions.forEach(function (question) { question.elsewhere = question.step !== this.at; }, this);
    var at = steps.indexOf(this.at);
    this.back.hidden = at === 0;
    this.start.hidden = at > 0;
    this.turn.querySelector(".xq-continue").hidden = this.last();
    this.send.hidden = !this.last();
    var said = this.page.say.progress.replace("{at}", at + 1).replace("{all}", steps.length);
    if (this.progress.textContent !== said) this.progress.textContent = said;
  };

  Turner.prototype.onward = function () {
    var here = this.page.questions.filter(function (question) { return question.step === this.at; }, this);
    if (!this.page.check(here)) return;
    var depth = leaving.depth();
    var steps = this.steps();
    this.trail[depth] = this.at;
    history.pushState({ xinqiaoDepth: depth + 1 }, "");
    this.trail = this.trail.slice(0, depth + 1).concat(steps[steps.indexOf(this.at) + 1]);
    this.go(this.trail[depth + 1]);
  };

  /* One page back; by the browser's history where that has it, which it has not after the page was loaded again. */
  Turner.prototype.backward = function () {
    var steps = this.steps();
    if (this.trail[leaving.depth() - 1] !== undefined) history.back();
    else this.go(steps[Math.max(0, steps.indexOf(this.at) - 1)]);
  };

  /* The page of an entry; where its questions no longer apply, the one before. */
  Turner.prototype.again = function (depth) {
    var steps = this.steps();
    var known = this.trail.slice(0, depth + 1).filter(function (step) { return steps.indexOf(step) >= 0; });
    this.go(known.length ? known[known.length - 1] : steps[0]);
  };

  Turner.prototype.go = function (step) {
    this.at = step;
    this.page.summary.hidden = true;
    this.page.update();
    shared.meet(this.progress);
  };

  shared.Turner = Turner;
})();
