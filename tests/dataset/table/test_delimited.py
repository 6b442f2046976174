"""Tables with a header line: separators, blank lines, quotes, damage, and the line of every fault."""

import csv
import gzip
from pathlib import Path

import pytest

from senformer.core.errors import DataError
from senformer.dataset.table.delimited import read_delimited


def rows(path: Path, wanted: list[str], **settings: int) -> list[tuple]:
    found: list[tuple] = []
    for chunk in read_delimited(path, wanted, **settings):
        columns = [chunk.columns[name].to_pylist() for name in wanted]
        found += zip(chunk.lines.tolist(), *columns, strict=True)
    return found


@pytest.mark.parametrize("block_bytes", [1 << 24, 64])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", ["\t", ","])
@pytest.mark.parametrize("name", ["t.tsv", "t.csv.gz"])
def test_read_delimited__equals_the_csv_module(
    tmp_path: Path, name: str, separator: str, end: str, block_bytes: int
) -> None:
    table = [[f"r{i}", "x" * (i % 3), str(i)] for i in range(30)]
    text = end.join(separator.join(row) for row in [["id", "b", "c"], *table]) + end
    (tmp_path / name).write_bytes(gzip.compress(text.encode()) if name.endswith("gz") else text.encode())
    known = [(line, row["c"], row["id"]) for line, row in enumerate(_dicts(text, separator), 2)]
    assert rows(tmp_path / name, ["c", "id"], block_bytes=block_bytes) == known


def _dicts(text: str, separator: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines(), delimiter=separator))


def test_read_delimited__blank_lines_keep_the_numbers(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("a\tb\n1\t2\n\n3\t\n\n\n")
    assert rows(tmp_path / "t", ["a", "b"]) == [(2, "1", "2"), (4, "3", "")]


def test_read_delimited__without_a_last_line_end_and_with_a_mark_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "t").write_bytes(b"\xef\xbb\xbfa,b\n1,2\n3,4")
    assert rows(tmp_path / "t", ["a"]) == [(2, "1"), (3, "3")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "/t: is empty. Give FASTA, or a table whose first line names columns."),
        ("\n\n", "/t: is empty. Give FASTA, or a table"),
        ("\na\n", "line 1: is empty"),
        (
            "r1\tACGTACGT\t1\n",
            "has no column 'a', and its first line looks like a row, not like names of col",
        ),
        (
            "r1\tACGTACGT\t1\t1\n",
            "/t: its first line looks like a row, not like names of columns: 'ACGTACGT'",
        ),
        (
            "a;b;c\n1;2;3\n",
            "line 1: separates columns by semicolons. Save it with tabs or commas, and with dec",
        ),
        ("a\tb\ta\n1\t2\t3\n", "line 1: names column 'a' twice"),
        ("a\rb\tc\n1\t2\n", "line 1: names no columns (new-line character"),
        ("a\tb\n1\t2\n3\n", "Row #3: Expected 2 columns, got 1: 3"),
        ("a\tb\n1\t2\n3\t4\t5\n", "Row #3: Expected 2 columns, got 3"),
        ('a\tb\n1\t"2\n3\t4\n5\t6\n', "a quotation mark is not closed in its line"),
        ("x\tb\n1\t2\n", "has no column 'a'. Known: b, x."),
    ],
)
def test_read_delimited__refuses(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "t").write_text(text)
    with pytest.raises(DataError) as fault:
        rows(tmp_path / "t", ["a"])
    assert message in str(fault.value)


def test_read_delimited__no_utf8(tmp_path: Path) -> None:
    (tmp_path / "t").write_bytes(b"a\tb\n1\t2\n\xff\t4\n")
    with pytest.raises(DataError, match="invalid UTF8 data"):
        rows(tmp_path / "t", ["a"])


def test_read_delimited__cut_gzip(tmp_path: Path) -> None:
    whole = gzip.compress(("a\tb\n" + "1\t2\n" * 5000).encode())
    (tmp_path / "t.gz").write_bytes(whole[:-9])
    with pytest.raises(DataError, match="damaged or cut short"):
        rows(tmp_path / "t.gz", ["a"])


def test_read_delimited__a_line_that_is_blank_where_it_is_read_is_no_blank_line(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("name\tsequence\ty\nr1\tACGT\t1\nr2\t\t\n\nr4\tACGT\t2\n")
    with pytest.raises(DataError, match=r"line 3: is empty in every column that is read \(sequence, y\)"):
        list(read_delimited(path, ["sequence", "y"]))
