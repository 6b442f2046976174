"""The script of a page, run by node on what it reads of a table; without node it is not run."""

import json
import shutil
import subprocess
from importlib import resources

import pytest

NODE = shutil.which("node")

# As much of a document as the script uses.
DOCUMENT = """
const [rows, clicks] = JSON.parse(process.argv[1]);
const cell = (text, cellIndex) => {
  const attributes = {};
  return {
    cellIndex, childNodes: [text], textContent: text, attributes,
    append(child) { this.button = child; },
    getAttribute: (name) => attributes[name] ?? null,
    setAttribute: (name, value) => { attributes[name] = value; },
    removeAttribute: (name) => { delete attributes[name]; },
  };
};
const head = { cells: rows[0].map(cell) };
for (const each of head.cells) each.parentNode = head;
const body = {
  rows: rows.slice(1).map((texts) => ({ cells: texts.map(cell) })),
  append(...moved) { this.rows = [...this.rows.filter((row) => !moved.includes(row)), ...moved]; },
};
const document = {
  querySelectorAll: () => [{ tBodies: [body], tHead: { rows: [head] } }],
  createElement: () => ({
    append(...children) { this.children = children; },
    addEventListener(kind, action) { if (kind === "click") this.click = action; },
  }),
};
"""
ANSWER = """
for (const place of clicks) head.cells[place].button.click();
console.log(JSON.stringify({
  rows: body.rows.map((row) => row.cells.map((each) => each.textContent)),
  sorted: head.cells.map((each) => each.getAttribute("aria-sort")),
  buttons: head.cells.map((each) => [each.button?.type, ...(each.button?.children ?? [])]),
}));
"""


def run(rows, clicks):
    script = resources.files("senformer.report").joinpath("page.js").read_text(encoding="utf-8")
    # In a block of its own, as "use strict" and its names are for itself.
    code = f"{DOCUMENT}{{\n{script}\n}}{ANSWER}"
    done = subprocess.run(
        [NODE, "-e", code, json.dumps([rows, clicks])], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def sort(cells, *, n_clicks=1):
    """Return the cells of a column after so many clicks on its heading."""
    found = run([["other", "this"], *([str(i), text] for i, text in enumerate(cells))], [1] * n_clicks)
    return [row[1] for row in found["rows"]]


needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")


@needs_node
@pytest.mark.parametrize(
    ("cells", "largest_first"),
    [
        (["9", "1,024", "−3", "10"], ["1,024", "10", "9", "−3"]),
        (["+0.0120", "−0.300", "+1.20e-05"], ["+0.0120", "+1.20e-05", "−0.300"]),
        (["9%", "60%", "12.5 %"], ["60%", "12.5 %", "9%"]),
        (
            ["0.10 to 0.20", "–", "−0.30 to 0.90", "0.50 to 0.60"],
            ["0.50 to 0.60", "0.10 to 0.20", "−0.30 to 0.90", "–"],
        ),
        (["–", "2", "", "3"], ["3", "2", "–", ""]),
    ],
)
def test_sort__numbers_by_size_and_what_is_missing_last(cells, largest_first):
    assert sort(cells) == largest_first
    n_missing = sum(cell in ("–", "") for cell in cells)
    known, missing = largest_first[: len(cells) - n_missing], largest_first[len(cells) - n_missing :]
    assert sort(cells, n_clicks=2) == known[::-1] + missing


@needs_node
def test_sort__words_from_a_on_with_numbers_in_them_by_size():
    cells = ["chr10:5:A>C", "chr2:1,000", "–", "CAGE", "2:30:A>C", "10:4:A>C"]
    upwards = ["2:30:A>C", "10:4:A>C", "CAGE", "chr2:1,000", "chr10:5:A>C", "–"]
    assert sort(cells) == upwards
    assert sort(cells, n_clicks=2) == [*upwards[:-1][::-1], "–"]


@needs_node
def test_sort__equal_cells_keep_their_order_and_rows_stay_whole():
    rows = [["a", "b", "c"], ["x", "1", "p"], ["y", "2", "q"], ["z", "1", "r"]]
    found = run(rows, [1])
    assert found["rows"] == [["y", "2", "q"], ["x", "1", "p"], ["z", "1", "r"]]
    assert found["sorted"] == [None, "descending", None]
    assert run(rows, [1, 0])["sorted"] == ["ascending", None, None]


@needs_node
def test_sort__headings_are_buttons_with_their_own_words():
    rows = [["a", "b"], ["x", "1"], ["y", "2"]]
    assert run(rows, [])["buttons"] == [["button", "a"], ["button", "b"]]
    assert run(rows[:2], [])["buttons"] == [[None], [None]]  # a single row has no order
