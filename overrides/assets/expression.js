/* The expressions of core/expression.py and core/functions.py, with the same results: XPath's strings, numbers and
   truth; a date counts days, a time is its part of a day. Nothing is stored, loaded or sent here. */
(function () {
  "use strict";

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
    if (/^([01][0-9]|2[0-3]):[0-5][0-9]$/.test(text)) return (Number(text.slice(0, 2)) * 60 + Number(text.slice(3))) / 1440;
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

  function power(value, exponent) {
    var found = 1;
    for (var at = 0; at < exponent; at += 1) found *= value;
    return found;
  }

  /* Characters, as people count them. */
  function cut(text, first, last) {
    if (!isFinite(first) || !isFinite(last)) return "";
    return Array.from(text).slice(Math.trunc(first), Math.trunc(last)).join("");
  }

  function before(text, sign) {
    var at = sign ? text.indexOf(sign) : -1;
    return at < 0 ? "" : text.slice(0, at);
  }

  function after(text, sign) {
    var at = text.indexOf(sign);
    return at < 0 ? "" : text.slice(at + sign.length);
  }

  function chosen(value) {
    return words(value).split(SPACES).filter(Boolean);
  }

  function chosenAt(value, place) {
    var names = chosen(value);
    var at = Math.trunc(place);
    return at >= 0 && at < names.length ? names[at] : "";
  }

  function padded(part, width) {
    return ("0000" + part).slice(-width);
  }

  function isoDay(value) {
    if (!numeric(value) && !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(words(value).replace(ENDS, ""))) return "";
    var at = Math.floor(number(value));
    if (!(at >= -719162 && at <= 2932896)) return "";
    var day = new Date(at * DAY);
    return padded(day.getUTCFullYear(), 4) + "-" + padded(day.getUTCMonth() + 1, 2) + "-" + padded(day.getUTCDate(), 2);
  }

  function writtenDay(value, pattern) {
    var day = isoDay(value);
    if (!day) return "";
    var parts = day.split("-");
    var written = { Y: parts[0], y: parts[0].slice(2), m: parts[1], n: Number(parts[1]), d: parts[2], e: Number(parts[2]) };
    return pattern.replace(/%([\s\S])/g, function (sign, letter) { return written[letter]; });
  }

  function localDay() {
    var now = new Date();
    var two = function (part) { return (part < 10 ? "0" : "") + part; };
    return now.getFullYear() + "-" + two(now.getMonth() + 1) + "-" + two(now.getDate());
  }

  function list(given) {
    return Array.prototype.slice.call(given);
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
    "selected-at": function (a, b) { return chosenAt(a, number(b)); },
    "count-selected": function (a) { return chosen(a).length; },
    "coalesce": function (a, b) { return words(a) ? a : b; },
    "string-length": function (a) { return Array.from(words(a)).length; },
    "regex": function (a, b) { return matches(words(a), words(b)); },
    "round": function (a, b) { return round(number(a), b === undefined ? 0 : number(b)); },
    "true": function () { return true; },
    "false": function () { return false; },
    "boolean": truth,
    "boolean-from-string": function (a) { return words(a) === "true" || words(a) === "1"; },
    "number": number,
    "string": words,
    "concat": function () { return list(arguments).map(words).join(""); },
    "join": function () { return list(arguments).slice(1).map(words).join(words(arguments[0])); },
    "substr": function (a, b, c) { return cut(words(a), number(b), c === undefined ? 1e15 : number(c)); },
    "substring-before": function (a, b) { return before(words(a), words(b)); },
    "substring-after": function (a, b) { return after(words(a), words(b)); },
    "contains": function (a, b) { return words(a).indexOf(words(b)) >= 0; },
    "starts-with": function (a, b) { return words(a).startsWith(words(b)); },
    "ends-with": function (a, b) { return words(a).endsWith(words(b)); },
    "normalize-space": function (a) { return words(a).replace(/[ \t\r\n]+/g, " ").replace(/^ | $/g, ""); },
    "int": function (a) { return Math.trunc(number(a)); },
    "floor": function (a) { return Math.floor(number(a)); },
    "ceiling": function (a) { return Math.ceil(number(a)); },
    "abs": function (a) { return Math.abs(number(a)); },
    "sqrt": function (a) { return Math.sqrt(number(a)); },
    "pow": function (a, b) { return power(number(a), number(b)); },
    "min": function () { return Math.min.apply(null, list(arguments).map(number)); },
    "max": function () { return Math.max.apply(null, list(arguments).map(number)); },
    "date": isoDay,
    "format-date": function (a, b) { return writtenDay(a, words(b)); }
  };

  /* The node for one choice: what stands in its columns in place of their names. */
  function filled(node, columns) {
    if (node[0] === "column" && Object.prototype.hasOwnProperty.call(columns, node[1])) return ["text", columns[node[1]]];
    return node.map(function (part) { return Array.isArray(part) ? filled(part, columns) : part; });
  }

  /* The value of a node for a set of answers; `today` is an ISO day, `current` what `.` stands for. An answer may be a
     function: a calculate, worked out when it is asked for. */
  function evaluate(node, values, current, today) {
    var op = node[0];
    var part = function (at) { return evaluate(node[at], values, current, today); };
    switch (op) {
      case "figure":
      case "text": return node[1];
      case "name":
      case "column":
        if (!Object.prototype.hasOwnProperty.call(values, node[1])) return "";
        return plain(typeof values[node[1]] === "function" ? values[node[1]]() : values[node[1]]);
      case "current": return plain(current);
      case "today": return today || localDay();
      case "and": return truth(part(1)) && truth(part(2));
      case "or": return truth(part(1)) || truth(part(2));
      case "if": return truth(part(1)) ? part(2) : part(3);
    }
    return APPLY[op].apply(null, node.slice(1).map(function (inner) { return evaluate(inner, values, current, today); }));
  }

  window.xinqiaoExpression = { evaluate: evaluate, filled: filled, number: number, truth: truth, words: words, ends: ENDS };
})();
