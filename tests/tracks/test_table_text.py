"""The text of a track table, before anything in it is understood."""

import pytest

from senformer.core.errors import DataError, MissingInputError
from senformer.tracks.table_text import read_rows


def _write(tmp_path, text):
    path = tmp_path / "tracks.tsv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_read_rows__lines_and_values(tmp_path):
    rows = read_rows(_write(tmp_path, "name\tfile\tnote\na\ta.bw\t\n\n b \tb.bw\tx y\n"))
    assert [(row.line, row.values) for row in rows] == [
        (2, {"name": "a", "file": "a.bw", "note": ""}),
        (4, {"name": "b", "file": "b.bw", "note": "x y"}),
    ]
    assert (rows[0].get("note", "z"), rows[0].get("none", "z"), rows[1].get("note", "z")) == ("z", "z", "x y")


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffname\tfile\na\ta.bw\n",
        "name\tfile\r\na\ta.bw\r\n",
        "name\tfile\na\ta.bw",
        "\n\nname\tfile\na\ta.bw",
    ],
)
def test_read_rows__line_ends_and_byte_order_mark(tmp_path, text):
    assert [row.values for row in read_rows(_write(tmp_path, text))] == [{"name": "a", "file": "a.bw"}]


def test_read_rows__quotes_are_plain_letters(tmp_path):
    rows = read_rows(_write(tmp_path, "name\tfile\tnote\na\ta.bw\t\"5' end\n"))
    assert rows[0].get("note") == "\"5' end"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "tracks.tsv: is empty. Give a line of column names"),
        ("name\tfile\n\n", "tracks.tsv: holds no tracks, only column names. Add a line per track."),
        (
            "name,file\na,a.bw\n",
            "line 1: names one column, 'name,file', where a tab-separated table is expected",
        ),
        ("name\tfile\tname\na\tb\tc\n", "line 1: names column 'name' twice"),
        ("name\tfile\na\ta.bw\nb\n", "line 3: has 1 field, the first line names 2 columns. Separate fields"),
        ("name\tfile\na\ta.bw\tx\n", "line 2: has 3 fields, the first line names 2 columns"),
        ("name\tassay\na\tCAGE\n", "line 1: column 'file' is missing; it has name, assay. Add it"),
        ("assay\tfile\na\ta.bw\n", "line 1: column 'name' (or 'identifier') is missing; it has assay, file"),
        (
            "name\tfile\tstrandpair\na\ta.bw\t0\n",
            "line 1: unknown column 'strandpair'. Did you mean 'strand_pair'? Else name it otherwise.",
        ),
        ("name\tfile\tsoft_clip\na\ta.bw\t0\n", "unknown column 'soft_clip'. Did you mean 'clip_soft'?"),
        ("name\tfile\tScale\na\ta.bw\t0\n", "unknown column 'Scale'. Did you mean 'scale'?"),
        ("name\tfile\tmissing_chrom\na\ta.bw\t0\n", "Did you mean 'missing_chroms'?"),
        ("name\tfiles\na\ta.bw\n", "unknown column 'files'. Did you mean 'file'?"),
        (b"name\tfile\n\xff\ta.bw\n", "tracks.tsv byte 10: is no UTF-8 text"),
        ("name\tfile\na\ta.bw\n".encode("utf-16"), "tracks.tsv: is UTF-16 text"),
    ],
)
def test_read_rows__faults(tmp_path, text, message):
    with pytest.raises(DataError) as caught:
        read_rows(_write(tmp_path, text))
    assert message in str(caught.value)
    assert str(tmp_path / "tracks.tsv") in str(caught.value)
    assert caught.value.todo


@pytest.mark.parametrize("column", ["mean", "n_chrom", "source", "licence", "biosample_name", "histone_mark"])
def test_read_rows__other_columns_are_left_alone(tmp_path, column):
    assert len(read_rows(_write(tmp_path, f"name\tfile\t{column}\na\ta.bw\tx\n"))) == 1


def test_read_rows__look_alike_beside_the_real_column(tmp_path):
    assert len(read_rows(_write(tmp_path, "name\tfile\tdescription\tdescription2\na\tb\tc\td\n"))) == 1


def test_read_rows__missing_and_unreadable(tmp_path):
    with pytest.raises(MissingInputError, match=r"none\.tsv: no such file"):
        read_rows(tmp_path / "none.tsv")
    with pytest.raises(MissingInputError, match="cannot be read"):
        read_rows(tmp_path)
