/* The questions of a form page: what applies, what is missing, when help must show. Nothing is stored, nothing
   is loaded, nothing is sent here: send.js does that where a page sends. Needs expression.js.
   Without a script every question shows. */
(function () {
  "use strict";

  var expression = window.xinqiaoExpression;
  var evaluate = expression.evaluate;
  var number = expression.number;
  var truth = expression.truth;
  var ENDS = expression.ends;

  /* Questions of the page. */

  function all(selector, root) {
    return Array.prototype.slice.call(root.querySelectorAll(selector));
  }

  /* Brings an element into view from its top, even where it is taller than the window, and gives it the focus. */
  function meet(element, shown) {
    (shown || element).scrollIntoView();
    element.focus({ preventScroll: true });
  }

  function parsed(element, name) {
    var source = element.getAttribute(name);
    return source ? JSON.parse(source) : null;
  }

  /* What people type, in the one form in which answers are kept (tables/moment.py does the same): half width,
     dates year first with two digits for month and day, numbers without what does not count. */

  var DATE = /^([0-9]{4})(?: ?年 ?| ?[-\/.] ?)([0-9]{1,2})(?: ?月 ?| ?[-\/.] ?)([0-9]{1,2}) ?日?$/;
  var TIME = /^([0-9]{1,2}) ?[:点时] ?([0-9]{2}) ?分?$/;
  var NUMBER = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?$/;
  var LARGEST = 1e15;  // beyond it numbers are no longer exact

  function two(text) {
    return text.length < 2 ? "0" + text : text;
  }

  var TYPED = {
    integer: function (text) { return text; },
    decimal: function (text) { return NUMBER.test(text) ? expression.words(Number(text)) : text; },
    date: function (text) {
      var found = DATE.exec(text);
      return found ? [found[1], two(found[2]), two(found[3])].join("-") : text;
    },
    time: function (text) {
      var found = TIME.exec(text);
      return found ? two(found[1]) + ":" + found[2] : text;
    }
  };
  TYPED.range = TYPED.decimal;
  TYPED.code = function (text) { return text.toUpperCase().replace(/[^0-9A-Z]/g, ""); };

  /* Whether a code can be one from a slip: its last sign checks the others (core/slip.py says how). */
  var SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

  function fits(code) {
    if (code.length !== 12) return false;
    var sum = 0;
    for (var at = 0; at < 12; at += 1) {
      var sign = SIGNS.indexOf(code[at]);
      if (sign < 0) return false;
      sum += (at + 1) * sign;
    }
    return sum % SIGNS.length === 0;
  }

  var SOUND = {
    integer: /^-?[0-9]+$/,
    decimal: /^-?[0-9]+(\.[0-9]+)?(e-[0-9]+)?$/,
    range: /^-?[0-9]+(\.[0-9]+)?$/,
    date: /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/,
    time: /^([01][0-9]|2[0-3]):[0-5][0-9]$/
  };

  /* Whether an answer is what its kind needs: a number of a size that can be kept, a day that there is. */
  function sound(kind, answer) {
    if (kind === "code") return fits(answer);
    if (!SOUND[kind]) return true;
    if (!SOUND[kind].test(answer)) return false;
    return kind === "time" || (kind === "date" ? !isNaN(number(answer)) : Math.abs(Number(answer)) <= LARGEST);
  }

  /* Whether a number is one of a range's; in whole numbers, which are exact. */
  function among(answer, steps) {
    var places = steps.concat(answer).map(function (text) { return (text.split(".")[1] || "").length; });
    var by = Math.pow(10, Math.max.apply(null, places));
    var whole = function (text) { return Math.round(Number(text) * by); };
    var at = whole(answer);
    return at >= whole(steps[0]) && at <= whole(steps[1]) && (at - whole(steps[0])) % whole(steps[2]) === 0;
  }

  function Question(element) {
    this.element = element;
    this.name = element.getAttribute("data-name");
    this.kind = element.getAttribute("data-kind");
    this.step = element.getAttribute("data-step");
    this.groups = (element.getAttribute("data-groups") || "").split(" ");
    this.required = element.hasAttribute("data-required");
    this.relevant = parsed(element, "data-relevant");
    this.constraint = parsed(element, "data-constraint");
    this.calculation = parsed(element, "data-calculation");
    this.filter = parsed(element, "data-filter");
    this.steps = parsed(element, "data-steps");
    this.inputs = all("input, select, textarea", element);
    this.options = this.filter ? all("[data-columns]", element).map(function (option) {
      return { element: option, columns: parsed(option, "data-columns"), home: option.parentNode };
    }) : [];
    this.group = element.querySelector("[role=radiogroup]");
    this.error = element.querySelector(".xq-error");
    this.help = element.querySelector(".xq-danger");
    this.danger = this.help ? parsed(this.help, "data-danger") : null;
    this.asked = this.kind !== "note" && this.kind !== "calculate";
    this.away = false;  // not relevant
    this.elsewhere = false;  // on another page of a form that is paged
  }

  /* The answer as it is sent: a string, a list of strings, or "" where there is none. */
  Question.prototype.answer = function () {
    var chosen = this.inputs.filter(function (input) {
      return (input.type !== "radio" && input.type !== "checkbox") || (input.checked && !input.xqGone);
    }).map(function (input) { return input.value; });
    if (this.kind === "select_multiple") return chosen.length ? chosen : "";
    var text = chosen.length ? chosen[0].replace(ENDS, "") : "";
    // Chinese keyboards often type full-width digits and signs.
    return TYPED[this.kind] ? TYPED[this.kind](text.normalize("NFKC")) : text;
  };

  /* The answer in words, as a person chose or wrote it. */
  Question.prototype.said = function () {
    var picked = all("input:checked, option:checked", this.element).filter(function (one) { return one.value; });
    var words = picked.map(function (one) { return (one.tagName === "OPTION" ? one : one.parentNode).textContent.trim(); });
    return words.join(" · ") || expression.words(this.answer());
  };

  Question.prototype.show = function () {
    var away = this.away;
    this.element.hidden = away || this.elsewhere || this.kind === "calculate";
    this.inputs.forEach(function (input) { input.disabled = away || Boolean(input.xqGone); });
  };

  /* Leaves the choices that fit the other answers; one that no longer does is not chosen any more. */
  Question.prototype.offer = function (values) {
    var filter = this.filter;
    var moved = false;
    this.options.forEach(function (option) {
      var gone = !truth(evaluate(expression.filled(filter, option.columns), values, ""));
      if (Boolean(option.gone) === gone) return;
      moved = true;
      option.gone = gone;
      if (option.element.tagName === "OPTION") return;
      option.element.xqGone = gone;
      option.element.parentNode.hidden = gone;
      if (gone) option.element.checked = false;
    });
    if (moved) this.list();
    return moved;
  };

  /* Browsers cannot hide an option of a list: it is taken out, and put back in its order. */
  Question.prototype.list = function () {
    var select = this.element.querySelector("select");
    if (!select) return;
    var chosen = select.value;
    this.options.forEach(function (option) {
      if (option.element.parentNode) option.home.removeChild(option.element);
      if (!option.gone) option.home.appendChild(option.element);
    });
    select.value = chosen;
    if (select.selectedIndex < 0) select.value = "";
  };

  Question.prototype.label = function () {
    var label = (this.element.querySelector(".xq-legend") || this.element.querySelector("legend, .xq-label")).cloneNode(true);
    all(".xq-required", label).forEach(function (mark) { label.removeChild(mark); });
    return label.textContent.replace(ENDS, "");
  };

  /* What is wrong with the answer, in words; "" where nothing is. */
  Question.prototype.fault = function (values, say) {
    var answer = this.answer();
    if (answer === "") return this.required ? this.lacking(say) : "";
    if (!sound(this.kind, answer)) return say[this.kind === "integer" ? "whole" : this.kind];
    if (this.steps && !among(answer, this.steps)) return say.range;
    if (this.constraint && !truth(evaluate(this.constraint, values, answer))) {
      return this.element.getAttribute("data-message") || say.constraint;
    }
    return "";
  };

  Question.prototype.lacking = function (say) {
    var first = this.inputs[0];
    var own = this.element.getAttribute("data-required-message");
    if (own) return own;
    if (this.kind === "select_multiple") return say.many;
    if (this.kind === "acknowledge") return say.tick;
    return first.type === "radio" || first.tagName === "SELECT" ? say.one : say.text;
  };

  Question.prototype.mark = function (message, say) {
    if (!this.error) return;
    this.error.hidden = !message;
    this.error.textContent = "";
    if (message) {
      var prefix = document.createElement("span");
      prefix.className = "xq-hidden";
      prefix.textContent = say.error;
      this.error.appendChild(prefix);
      this.error.appendChild(document.createTextNode(message));
    }
    this.element.classList.toggle("xq-question--wrong", Boolean(message));
    var hint = this.element.querySelector(".xq-hint");
    var ids = [hint ? hint.id : "", message ? this.error.id : ""].filter(Boolean).join(" ");
    var described = this.element.querySelector("fieldset") || this.inputs[0];
    if (ids) described.setAttribute("aria-describedby", ids);
    else described.removeAttribute("aria-describedby");
    (this.group ? [this.group] : this.inputs).forEach(function (part) {
      if (message) part.setAttribute("aria-invalid", "true");
      else part.removeAttribute("aria-invalid");
    });
  };

  /* Whether the answer is a sign of danger. */
  Question.prototype.alarming = function () {
    var answer = this.answer();
    if (!this.danger || answer === "" || this.away) return false;
    return this.danger.answers ? this.danger.answers.indexOf(answer) >= 0 : number(answer) >= this.danger.least;
  };

  /* Help stands right at the question from the moment of such an answer; the focus stays where it is. */
  Question.prototype.warn = function () {
    if (!this.help) return;
    var alarming = this.alarming();
    if (alarming !== this.help.hidden) return;
    this.help.hidden = !alarming;
    if (alarming && this.help.getBoundingClientRect().bottom > window.innerHeight) {
      this.help.scrollIntoView({ block: "nearest", behavior: "auto" });
    }
  };

  /* The questions inside `root`, with the summary of what is missing. */

  function Page(root) {
    var page = this;
    var told = null;
    // Browsers tell of one choice twice, as input and as change. Help does not wait for anything else.
    var changed = function (event) {
      var target = event.target;
      var again = event.type === "change" && told === target;
      told = event.type === "input" ? target : null;
      if (again) return;
      page.questions.forEach(function (question) { if (question.name === target.name) question.warn(); });
      page.changed();
    };
    this.form = root;
    this.say = JSON.parse(root.querySelector(".xq-words").textContent);
    this.questions = all(".xq-question", root).map(function (element) { return new Question(element); });
    this.headings = all("[data-heading]", root);
    this.told = all("[data-said]", root);
    this.summary = root.querySelector(".xq-errors");
    this.marked = [];
    root.classList.add("xq-form--live");
    root.addEventListener("input", changed);
    root.addEventListener("change", changed);
    this.update();
  }

  Page.prototype.changed = function () {
    this.update();
    this.marked = this.marked.filter(function (question) {
      if (question.fault(this.values, this.say)) return true;
      question.mark("", this.say);
      return false;
    }, this);
  };

  /* The answers to what applies, and calculates, which are worked out when they are asked for. */
  Page.prototype.given = function () {
    var values = {};
    this.questions.forEach(function (question) {
      if (question.calculation) values[question.name] = function () { return calculated(question, values); };
      else if (!question.away) values[question.name] = question.answer();
    });
    return values;
  };

  /* A calculate is a text, and empty where it is not relevant. */
  function calculated(question, values) {
    if (question.relevant && !truth(evaluate(question.relevant, values, ""))) return "";
    return expression.words(evaluate(question.calculation, values, ""));
  }

  /* Shows what applies. A question that does not counts as unanswered for those that depend on it. */
  Page.prototype.update = function () {
    var questions = this.questions;
    for (var round = 0; round <= questions.length; round += 1) {
      var values = this.given();
      var moved = questions.filter(function (question) {
        var away = Boolean(question.relevant) && !truth(evaluate(question.relevant, values, ""));
        var turned = away !== question.away;
        question.away = away;
        return (question.filter && question.offer(values)) || turned;
      });
      this.values = values;
      if (!moved.length) break;
    }
    this.show();
    questions.forEach(function (question) { question.warn(); });
  };

  Page.prototype.show = function () {
    var open = {};
    this.questions.forEach(function (question) {
      question.show();
      if (!question.element.hidden) question.groups.forEach(function (name) { open[name] = true; });
    });
    this.headings.forEach(function (heading) { heading.hidden = !open[heading.getAttribute("data-heading")]; });
    this.told.forEach(function (place) {
      var name = place.getAttribute("data-said");
      place.textContent = this.inWords(name) || "＿＿";
    }, this);
  };

  /* What a question was answered, in words; "" where it was not. */
  Page.prototype.inWords = function (name) {
    var value = this.values[name];
    if (typeof value === "function") return value() === "NaN" ? "" : value();
    var asked = this.questions.filter(function (question) { return question.name === name && !question.away; })[0];
    return asked && asked.asked ? asked.said() : "";
  };

  /* A message with the answers that it speaks of. */
  Page.prototype.worded = function (message) {
    var page = this;
    return message.replace(/\$\{([A-Za-z_][A-Za-z0-9_.-]*)\}/g, function (sign, name) { return page.inWords(name); });
  };

  Page.prototype.answers = function () {
    var found = {};
    this.questions.forEach(function (question) {
      var answer = question.away || !question.asked ? "" : question.answer();
      if (answer !== "") found[question.name] = answer;
    });
    return found;
  };

  /* Whether every answer can be used, of those questions or of all; tells what is wrong, and takes the focus there. */
  Page.prototype.check = function (among) {
    var page = this;
    this.update();
    this.marked = [];
    var list = this.summary.querySelector("ul");
    list.textContent = "";
    this.questions.forEach(function (question) {
      var looked = !question.away && question.asked && (!among || among.indexOf(question) >= 0);
      var message = looked ? page.worded(question.fault(page.values, page.say)) : "";
      question.mark(message, page.say);
      if (!message) return;
      page.marked.push(question);
      var link = document.createElement("a");
      var first = question.inputs.filter(function (input) { return !input.disabled; })[0] || question.inputs[0];
      link.href = "#" + first.id;
      var label = question.label();
      link.textContent = label + (/[?？!！.。]$/.test(label) ? " " : page.say.colon) + message;
      link.addEventListener("click", function (event) {
        event.preventDefault();
        page.open(question);
        meet(first, question.element);
      });
      list.appendChild(document.createElement("li")).appendChild(link);
    });
    this.summary.hidden = !this.marked.length;
    if (!this.marked.length) return true;
    this.summary.querySelector("h2").textContent = this.say.errors;
    this.open(this.marked[0]);
    meet(this.summary);
    return false;
  };

  /* Brings the page of a paged form on which a question stands; paged.js does. */
  Page.prototype.open = function () {};

  /* Runs once the whole page is there. */
  function ready(start) {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
    else start();
  }

  window.xinqiaoForm = { Page: Page, all: all, meet: meet, ready: ready };
})();
