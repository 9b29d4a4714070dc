// Starts the editor with the portal's configuration; teaches it how the news write their metadata.
(function () {
  "use strict";
  var LINE = /^([A-Za-z][\w-]*)[ \t]*:[ \t]*(.*)$/;
  var ORDER = ["Title", "Slug", "Lang", "Date", "Modified", "Category", "Tags", "Event", "Only", "Summary", "Status"];

  function parted(value) {
    return value.split(",").map(function (one) { return one.trim(); }).filter(Boolean);
  }

  // `Key: value` lines, an empty line, the prose; the way of Pelican, without quotes.
  function fromFile(text) {
    var lines = text.split("\n");
    var content = {};
    var at = lines[0].trim() === "---" ? 1 : 0;
    for (; at < lines.length; at += 1) {
      var found = LINE.exec(lines[at]);
      if (!found) { break; }
      content[found[1]] = found[1] === "Tags" ? parted(found[2]) : found[2].trim();
    }
    if (!content.Title) { throw new Error("Title: …"); }
    content.body = withUnderscores(lines.slice(at).join("\n").replace(/^\s*\n/, "").trim());
    return content;
  }

  // The editor writes emphasis with underscores, which mean nothing within a line of Chinese; the files have asterisks.
  function withUnderscores(text) {
    return text.replace(/(^|[^*\\])\*(?![*\s])([^*\n]*[^*\s])\*(?!\*)/gm, "$1_$2_");
  }

  function withAsterisks(text) {
    return text.replace(/(^|[^A-Za-z0-9_\\`\/])_(?![_\s])([^_\n]*[^_\s])_(?![A-Za-z0-9_])/gm, "$1*$2*");
  }

  function asLine(value) {
    if (value === null || value === undefined) { return ""; }
    return (Array.isArray(value) ? value.join(", ") : String(value)).replace(/\s*[\r\n]+\s*/g, " ").trim();
  }

  function toFile(content) {
    var known = ORDER.filter(function (key) { return key in content; });
    var others = Object.keys(content).filter(function (key) { return key !== "body" && ORDER.indexOf(key) < 0; });
    var head = known.concat(others).map(function (key) { return [key, asLine(content[key])]; })
      .filter(function (pair) { return pair[1] !== ""; })
      .map(function (pair) { return pair[0] + ": " + pair[1]; });
    return head.join("\n") + "\n\n" + withAsterisks(String(content.body || "").trim()) + "\n";
  }

  // The editor opens every link to another page in a new tab; those of the bar stay in this one.
  var bar = document.querySelector(".bar");
  if (bar) { bar.addEventListener("mousedown", function (event) { event.stopPropagation(); }); }
  var given = JSON.parse(document.getElementById("editor-config").textContent);
  window.CMS.registerCustomFormat("xinqiao-news", "md", {fromFile: fromFile, toFile: toFile});
  window.CMS.init({config: given.config});
}());
