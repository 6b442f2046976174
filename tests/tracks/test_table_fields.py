"""What the fields of a track table mean, and every fault in one."""

import pytest

from senformer.core.errors import DataError
from senformer.tracks.table import read_track_table

HEADER = [
    "index",
    "name",
    "file",
    "strand",
    "strand_pair",
    "uncovered",
    "clip",
    "scale",
    "sum_stat",
    "assay",
    "description",
]
GOOD = ["0", "a", "a.bw", ".", "0", "nan", "32", "2", "mean", "ATAC", ""]


def _table(tmp_path, *rows, header=HEADER):
    path = tmp_path / "tracks.tsv"
    path.write_text("".join("\t".join(fields) + "\n" for fields in (header, *rows)))
    return path


def _with(**values):
    return [values.get(column, field) for column, field in zip(HEADER, GOOD, strict=True)]


@pytest.mark.parametrize(
    ("values", "code", "message"),
    [
        ({"name": ""}, "E309", "column 'name': is blank. Give every track a name."),
        ({"file": ""}, "E309", "column 'file': is blank"),
        (
            {"file": "https://x.org/a.bw"},
            "E321",
            "column 'file': 'https://x.org/a.bw' is a URL; only local files",
        ),
        ({"strand": "plus"}, "E310", "column 'strand': is 'plus'; allowed are +, -, . "),
        (
            {"uncovered": "Zero"},
            "E310",
            "column 'uncovered': is 'Zero'; allowed are zero, nan. Did you mean 'zero'?",
        ),
        (
            {"sum_stat": "median"},
            "E310",
            "column 'sum_stat': is 'median'; allowed are sum, mean, max, sum_sqrt, mean_sqrt, max_sqrt.",
        ),
        ({"clip": "many"}, "E311", "column 'clip': is 'many'; a finite number is allowed, or blank"),
        ({"clip": "inf"}, "E311", "column 'clip': is 'inf'; a finite number is allowed, or blank"),
        ({"clip": "-3"}, "E311", "column 'clip': is -3; a number above 0 is allowed, or blank"),
        ({"scale": "0"}, "E311", "column 'scale': is 0, which would erase the signal"),
        (
            {"strand": "-", "strand_pair": ""},
            "E316",
            "column 'strand': is '-', and no other track is its strand_pair. Add the other strand's track",
        ),
        ({"strand": "+", "strand_pair": "0"}, "E316", "column 'strand': is '+', and no other track is its"),
        (
            {"assay": "all"},
            "E310",
            "column 'assay': gives the assay 'all', which is how results name all tracks. Call",
        ),
        (
            {"assay": "", "description": "all:K"},
            "E310",
            "column 'description': gives the assay 'all', which is how",
        ),
        ({"strand_pair": "7"}, "E314", "column 'strand_pair': no row has index '7'"),
    ],
)
def test_read_track_table__fault_in_a_field(tmp_path, values, code, message):
    path = _table(tmp_path, _with(index="5", name="first", strand_pair=""), _with(**values))
    with pytest.raises(DataError) as caught:
        read_track_table(path)
    assert caught.value.code == code
    assert f"{path} line 3, {message}" in str(caught.value)
    assert caught.value.todo


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [_with(), _with(index="1")],
            "line 3, column 'name': 'a' is the name in line 2 too",
        ),
        ([_with(), _with(name="b")], "line 3, column 'index': '0' is in line 2 too"),
        (
            [_with(strand_pair="1"), _with(index="1", name="b", strand_pair="2"), _with(index="2", name="c")],
            "line 2, column 'strand_pair': names line 3, which names line 4 as its own pair",
        ),
        (
            [_with(strand_pair="1"), _with(index="1", name="b", strand_pair="")],
            "line 2, column 'strand_pair': names line 3, which names line 3 as its own pair",
        ),
        (
            [
                _with(strand="+", strand_pair="1"),
                _with(strand="+", index="1", name="b", strand_pair="0"),
            ],
            "line 2, column 'strand_pair': pairs strand + with line 3 of the same strand",
        ),
    ],
)
def test_read_track_table__rows_that_disagree(tmp_path, rows, message):
    with pytest.raises(DataError) as caught:
        read_track_table(_table(tmp_path, *rows))
    assert message in str(caught.value)


def test_read_track_table__strand_in_the_name_alone_says_nothing(tmp_path):
    """Basenji's tables without strand information are read as unstranded, as Basenji does."""
    path = _table(tmp_path, ["CN1+", "p.w5"], ["CN1-", "m.w5"], header=["identifier", "file"])
    assert [(track.strand, track.strand_pair) for track in read_track_table(path)] == [(".", 0), (".", 1)]


def test_read_track_table__two_genomes(tmp_path):
    path = _table(tmp_path, ["a", "a.bw", "0"], ["b", "b.bw", "1"], header=["name", "file", "genome"])
    with pytest.raises(
        DataError, match=r"line 3, column 'genome': is '1', line 2 has '0'. Make one table per"
    ):
        read_track_table(path)


@pytest.mark.parametrize(
    ("text", "expected"), [("", None), ("nan", None), ("NA", None), ("384", 384.0), ("1e2", 100.0)]
)
def test_read_track_table__numbers_and_blanks(tmp_path, text, expected):
    assert read_track_table(_table(tmp_path, _with(clip=text)))[0].clip == expected


def test_read_track_table__negative_scale_turns_negative_signal_over(tmp_path):
    assert read_track_table(_table(tmp_path, _with(scale="-1")))[0].scale == -1


def test_read_track_table__index_of_a_larger_table(tmp_path):
    rows = [
        _with(index="40", name="p", strand="+", strand_pair="41.0"),  # as pandas writes a column with gaps
        _with(index="7", name="x", strand=".", strand_pair=""),
        _with(index="41", name="m", strand="-", strand_pair="40"),
    ]
    tracks = read_track_table(_table(tmp_path, *rows))
    assert [(track.index, track.strand_pair) for track in tracks] == [(0, 2), (1, 1), (2, 0)]


@pytest.mark.parametrize(
    ("assay", "description", "expected"),
    [
        ("", "CHIP:H3K27ac:K562", "CHIP"),
        ("", "no colon", "unknown"),
        ("", ":odd", "unknown"),
        ("CAGE", "CHIP:x", "CAGE"),
    ],
)
def test_read_track_table__assay(tmp_path, assay, description, expected):
    header = ["name", "file", "assay", "description"]
    path = _table(tmp_path, ["a", "a.bw", assay, description], header=header)
    assert read_track_table(path)[0].assay == expected
