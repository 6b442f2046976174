import pyBigWig
from tests.tracks.toy import write_peer_bigwig

from senformer.tracks.bigwig import open_bigwig
from senformer.tracks.summary import Summarized, Summary, read_bigwig_summary

SIZES = {"chr1": 500, "chr2": 300}


def test_read_bigwig_summary__is_what_another_reader_says(tmp_path):
    path = write_peer_bigwig(
        tmp_path / "t.bw", SIZES, {"chr1": [(0, 10, 2.0), (40, 60, -2.0)], "chr2": [(5, 6, 9.0)]}
    )
    reader = open_bigwig(path)
    assert isinstance(reader, Summarized)
    with pyBigWig.open(str(path)) as peer:
        theirs = peer.header()
    found = reader.summary()
    assert found == Summary(31, -2.0, 9.0, 20.0 - 40 + 9, 40.0 + 80 + 81)
    assert (found.n_covered_bp, found.smallest, found.largest) == (
        theirs["nBasesCovered"], theirs["minVal"], theirs["maxVal"],
    )  # fmt: skip


def test_read_bigwig_summary__none_where_the_file_has_none(tmp_path):
    path = write_peer_bigwig(tmp_path / "t.bw", SIZES, {"chr1": [(0, 10, 2.0)]})
    assert read_bigwig_summary(path, 0) is None
    assert read_bigwig_summary(path, path.stat().st_size - 3) is None
