"use strict";
// Headings of tables become buttons that sort the rows. Without this script the tables stand as they are written.

const MISSING = ["", "–"];
const WORDS = new Intl.Collator("en", { numeric: true }); // chr2 before chr10

// The number that a cell shows, as 1,024, −0.5, 60%, or the lower end of "0.1 to 0.3"; NaN where it is no number.
function numberOf(text) {
  const plain = text.replaceAll(",", "").replaceAll("−", "-");
  const found = /^[+-]?\d+(\.\d*)?(e[+-]?\d+)?(?=$| ?%| to )/i.exec(plain);
  return found ? Number(found[0]) : NaN;
}

// The first click puts the largest number, or the first word, on top; the next one turns the order around.
function sortRows(table, heading) {
  const body = table.tBodies[0];
  const lines = Array.from(body.rows, (row) => {
    const text = row.cells[heading.cellIndex].textContent.trim();
    return { row, text, number: numberOf(text) };
  });
  const known = lines.filter((line) => !MISSING.includes(line.text));
  const unknown = lines.filter((line) => MISSING.includes(line.text));
  const isNumeric = known.every((line) => !Number.isNaN(line.number));
  const before = heading.getAttribute("aria-sort");
  const isDown = before === null ? isNumeric : before === "ascending";
  const compare = (a, b) => (isNumeric ? a.number - b.number : WORDS.compare(a.text, b.text));
  known.sort((a, b) => (isDown ? compare(b, a) : compare(a, b)));
  for (const each of heading.parentNode.cells) each.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", isDown ? "descending" : "ascending");
  body.append(...[...known, ...unknown].map((line) => line.row));
}

for (const table of document.querySelectorAll("table")) {
  if (table.tBodies[0].rows.length < 2) continue;
  for (const heading of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => sortRows(table, heading));
  }
}
