/* Tables of summaries: sorted by a column, filtered by a word. Without this script they read as they stand. */
(function () {
  "use strict";

  const chinese = /^zh/.test(document.documentElement.lang);
  const words = chinese
    ? { sort: "排序", filter: "筛选行", none: "没有相符的行", rows: (shown, all) => `显示 ${shown} 行，共 ${all} 行` }
    : { sort: "sort", filter: "Filter rows", none: "No row matches", rows: (shown, all) => `${shown} of ${all} rows shown` };
  const FEWEST_TO_SORT = 3;
  const FEWEST_TO_FILTER = 8;
  const order = new Intl.Collator(document.documentElement.lang || "en", { numeric: true });

  function figure(row, column) {
    const cell = row.cells[column];
    const found = cell && !cell.classList.contains("xqs-hidden") ? cell.textContent.replace("−", "-").match(/[-+]?[\d.]+/) : null;
    return found ? parseFloat(found[0]) : null;
  }

  function compare(column, down) {
    return function (one, two) {
      if (column === 0) return (down ? -1 : 1) * order.compare(one.cells[0].textContent, two.cells[0].textContent);
      const first = figure(one, column);
      const second = figure(two, column);
      // What is hidden has no place in an order: it stays last, whichever way is sorted.
      if (first === null || second === null) return (first === null ? 1 : 0) - (second === null ? 1 : 0);
      return down ? second - first : first - second;
    };
  }

  function sortable(table) {
    const bodies = table.tBodies;
    const flat = bodies.length === 1 && !table.querySelector(".xqs-part, [class^='xqs-deep']");
    if (!flat || bodies[0].rows.length < FEWEST_TO_SORT) return;
    const given = Array.from(bodies[0].rows);
    const heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach(function (head, column) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "xqs-sort";
      button.title = words.sort;
      while (head.firstChild) button.appendChild(head.firstChild);
      head.appendChild(button);
      button.addEventListener("click", function () {
        const before = head.getAttribute("aria-sort");
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        // Figures begin with the largest, names with the first; the third time the order is as it was.
        const ways = column === 0 ? ["ascending", "descending"] : ["descending", "ascending"];
        const way = before === null ? ways[0] : before === ways[0] ? ways[1] : null;
        if (way) head.setAttribute("aria-sort", way);
        const rows = way ? given.slice().sort(compare(column, way === "descending")) : given;
        rows.forEach((row) => bodies[0].appendChild(row));
      });
    });
  }

  function filterable(table) {
    const rows = Array.from(table.querySelectorAll("tbody tr:not(.xqs-part)"));
    if (rows.length < FEWEST_TO_FILTER) return;
    const label = document.createElement("label");
    label.className = "xqs-filter";
    const field = document.createElement("input");
    field.type = "search";
    field.autocomplete = "off";
    const said = document.createElement("span");
    said.setAttribute("role", "status");
    label.append(`${words.filter} `, field);
    const place = table.closest(".xqs-scroll");
    place.parentNode.insertBefore(label, place);
    label.after(said);
    said.className = "xqs-filtered";
    field.addEventListener("input", function () {
      const wanted = field.value.trim().toLowerCase();
      rows.forEach(function (row) {
        const part = row.parentNode.querySelector(".xqs-part");
        const text = `${part ? part.textContent : ""} ${row.cells[0].textContent}`.toLowerCase();
        row.hidden = !text.includes(wanted);
      });
      Array.from(table.tBodies).forEach(function (body) {
        body.hidden = Array.from(body.rows).every((row) => row.hidden || row.classList.contains("xqs-part"));
      });
      const shown = rows.filter((row) => !row.hidden).length;
      said.textContent = wanted ? (shown ? words.rows(shown, rows.length) : words.none) : "";
    });
  }

  document.querySelectorAll(".xqs-table").forEach(function (table) {
    sortable(table);
    filterable(table);
  });
})();
