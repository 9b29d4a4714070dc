/* The questions of a form page: what applies, what is missing, when help must show. Nothing is stored, nothing
   is loaded, nothing is sent here: send.js does that where a page sends. Without a script every question shows. */
(function () {
  "use strict";

  /* The expressions of core/expression.py, with the same results: XPath's strings, numbers and truth. */

  var SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
  var ENDS = new RegExp("^" + SPACE + "+|" + SPACE + "+$", "g");
  var SPACES = new RegExp(SPACE + "+");
  var DAY = 86400000;

  function decimal(x) {
    if (x !== x) return "NaN";
    if (!isFinite(x)) return x > 0 ? "inf" : "-inf";
    if (Math.floor(x) === x) {
      return Math.abs(x) > 9007199254740991 && typeof BigInt === "function" ? BigInt(x).toString() : String(x + 0);
    }
    return Math.abs(x) < 1e-4 ? x.toExponential().replace(/e-(\d)$/, "e-0$1") : String(x);
  }

  function words(value) {
    if (value === null || value === undefined) return "";
    if (Array.isArray(value)) return value.join(" ");
    return typeof value === "number" ? decimal(value) : String(value);
  }

  function days(text) {
    var parts = text.split("-").map(Number);
    var day = new Date(0);
    day.setUTCFullYear(parts[0], parts[1] - 1, parts[2]);
    var real = parts[0] > 0 && day.getUTCMonth() === parts[1] - 1 && day.getUTCDate() === parts[2];
    return real ? day.getTime() / DAY : NaN;
  }

  function number(value) {
    if (typeof value === "number" || typeof value === "boolean") return Number(value);
    var text = words(value).replace(ENDS, "");
    if (/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return days(text);
    return /^(-?[0-9]+(\.[0-9]*)?|-?\.[0-9]+)$/.test(text) ? Number(text) : NaN;
  }

  function truth(value) {
    return Boolean(value);
  }

  function plain(value) {
    return typeof value === "number" || typeof value === "boolean" ? value : words(value);
  }

  function numeric(value) {
    return typeof value === "number" || typeof value === "boolean";
  }

  function same(a, b) {
    return numeric(a) || numeric(b) ? number(a) === number(b) : a === b;
  }

  function matches(text, pattern) {
    var whole = "^(?:" + pattern + ")$";
    try {
      return new RegExp(whole, "u").test(text);
    } catch (error) {
      return new RegExp(whole).test(text);
    }
  }

  function round(value, places) {
    if (!(Math.abs(places) <= 15)) return NaN;
    var step = Number("1e" + Math.trunc(places));
    var scaled = value * step + 0.5;
    return isFinite(scaled) ? Math.floor(scaled) / step : NaN;
  }

  function localDay() {
    var now = new Date();
    var two = function (part) { return (part < 10 ? "0" : "") + part; };
    return now.getFullYear() + "-" + two(now.getMonth() + 1) + "-" + two(now.getDate());
  }

  var APPLY = {
    "=": function (a, b) { return same(a, b); },
    "!=": function (a, b) { return !same(a, b); },
    "<": function (a, b) { return number(a) < number(b); },
    "<=": function (a, b) { return number(a) <= number(b); },
    ">": function (a, b) { return number(a) > number(b); },
    ">=": function (a, b) { return number(a) >= number(b); },
    "+": function (a, b) { return number(a) + number(b); },
    "-": function (a, b) { return number(a) - number(b); },
    "*": function (a, b) { return number(a) * number(b); },
    "div": function (a, b) { return number(b) ? number(a) / number(b) : NaN; },
    "mod": function (a, b) { return number(b) ? number(a) % number(b) : NaN; },
    "not": function (a) { return !truth(a); },
    "negate": function (a) { return -number(a); },
    "selected": function (a, b) { return words(a).split(" ").indexOf(words(b)) >= 0; },
    "count-selected": function (a) { return words(a).split(SPACES).filter(Boolean).length; },
    "coalesce": function (a, b) { return words(a) ? a : b; },
    "string-length": function (a) { return Array.from(words(a)).length; },
    "regex": function (a, b) { return matches(words(a), words(b)); },
    "round": function (a, b) { return round(number(a), number(b)); }
  };

  /* The value of a node for a set of answers; `today` is an ISO day, `current` what `.` stands for. */
  function evaluate(node, values, current, today) {
    var op = node[0];
    var part = function (at) { return evaluate(node[at], values, current, today); };
    switch (op) {
      case "number":
      case "text": return node[1];
      case "name": return plain(Object.prototype.hasOwnProperty.call(values, node[1]) ? values[node[1]] : "");
      case "current": return plain(current);
      case "today": return today || localDay();
      case "and": return truth(part(1)) && truth(part(2));
      case "or": return truth(part(1)) || truth(part(2));
      case "if": return truth(part(1)) ? part(2) : part(3);
    }
    return APPLY[op].apply(null, node.slice(1).map(function (inner) { return evaluate(inner, values, current, today); }));
  }

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

  function Question(element) {
    this.element = element;
    this.name = element.getAttribute("data-name");
    this.kind = element.getAttribute("data-kind");
    this.required = element.hasAttribute("data-required");
    this.relevant = parsed(element, "data-relevant");
    this.constraint = parsed(element, "data-constraint");
    this.inputs = all("input, select, textarea", element);
    this.group = element.querySelector("[role=radiogroup]");
    this.error = element.querySelector(".xq-error");
    this.help = element.querySelector(".xq-danger");
    this.danger = this.help ? parsed(this.help, "data-danger") : null;
  }

  /* The answer as it is sent: a string, a list of strings, or "" where there is none. */
  Question.prototype.answer = function () {
    var kind = this.kind;
    var chosen = this.inputs.filter(function (input) {
      return (input.type !== "radio" && input.type !== "checkbox") || input.checked;
    }).map(function (input) { return input.value; });
    if (kind === "select_multiple") return chosen.length ? chosen : "";
    var text = chosen.length ? chosen[0].replace(ENDS, "") : "";
    // Chinese keyboards often type full-width digits.
    return kind === "integer" ? text.replace(/[０-９]/g, function (digit) {
      return String(digit.charCodeAt(0) - 0xff10);
    }) : text;
  };

  Question.prototype.show = function (visible) {
    this.element.hidden = !visible;
    this.inputs.forEach(function (input) { input.disabled = !visible; });
  };

  Question.prototype.label = function () {
    var label = (this.element.querySelector(".xq-legend") || this.element.querySelector("legend, .xq-label")).cloneNode(true);
    all(".xq-required", label).forEach(function (mark) { label.removeChild(mark); });
    return label.textContent.replace(ENDS, "");
  };

  /* What is wrong with the answer, in words; "" where nothing is. */
  Question.prototype.fault = function (values, say) {
    var answer = this.answer();
    if (answer === "") {
      if (!this.required) return "";
      return this.kind === "select_multiple" ? say.many : this.inputs[0].type === "radio" || this.inputs[0].tagName === "SELECT" ? say.one : say.text;
    }
    if (this.kind === "integer" && !/^-?[0-9]+$/.test(answer)) return say.whole;
    if (this.constraint && !truth(evaluate(this.constraint, values, answer))) {
      return this.element.getAttribute("data-message") || say.constraint;
    }
    return "";
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
    if (!this.danger || answer === "" || this.element.hidden) return false;
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

  /* Shows what applies. A hidden question counts as unanswered for those that depend on it. */
  Page.prototype.update = function () {
    var questions = this.questions;
    for (var round = 0; round <= questions.length; round += 1) {
      var values = {};
      questions.forEach(function (question) {
        if (!question.element.hidden) values[question.name] = question.answer();
      });
      var moved = questions.filter(function (question) {
        var visible = !question.relevant || truth(evaluate(question.relevant, values, ""));
        if (visible !== question.element.hidden) return false;
        question.show(visible);
        return true;
      });
      this.values = values;
      if (!moved.length) break;
    }
    questions.forEach(function (question) { question.warn(); });
  };

  Page.prototype.answers = function () {
    var found = {};
    this.questions.forEach(function (question) {
      var answer = question.element.hidden || question.kind === "note" ? "" : question.answer();
      if (answer !== "") found[question.name] = answer;
    });
    return found;
  };

  Page.prototype.check = function () {
    var page = this;
    this.update();
    this.marked = [];
    var list = this.summary.querySelector("ul");
    list.textContent = "";
    this.questions.forEach(function (question) {
      var message = question.element.hidden || question.kind === "note" ? "" : question.fault(page.values, page.say);
      question.mark(message, page.say);
      if (!message) return;
      page.marked.push(question);
      var link = document.createElement("a");
      link.href = "#" + question.inputs[0].id;
      var label = question.label();
      link.textContent = label + (/[?？!！.。]$/.test(label) ? " " : page.say.colon) + message;
      link.addEventListener("click", function (event) {
        event.preventDefault();
        meet(question.inputs[0], question.element);
      });
      list.appendChild(document.createElement("li")).appendChild(link);
    });
    this.summary.hidden = !this.marked.length;
    if (!this.marked.length) return true;
    this.summary.querySelector("h2").textContent = this.say.errors;
    meet(this.summary);
    return false;
  };

  /* Runs once the whole page is there. */
  function ready(start) {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
    else start();
  }

  window.xinqiaoForm = { Page: Page, all: all, evaluate: evaluate, meet: meet, ready: ready, truth: truth };
})();
