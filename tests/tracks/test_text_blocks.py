"""Blocks of whole lines with their line numbers."""

import gzip

import pysam
import pytest

from senformer.core.errors import DataError
from senformer.tracks.text_blocks import read_blocks

_TEXT = b"# a\ntrack x\nc\t1\nd\t22\n\ne\t333"


def test_read_blocks__comments_come_first_and_lines_stay_whole(tmp_path):
    path = tmp_path / "t"
    path.write_bytes(b"\xef\xbb\xbf" + _TEXT)
    assert [*read_blocks(path, "E346")] == [(1, b"# a\ntrack x\n"), (3, b"c\t1\nd\t22\n\ne\t333")]
    for size in (1, 5, 14):
        blocks = [*read_blocks(path, "E346", size)]
        assert b"".join(block for _, block in blocks) == _TEXT
        for number, block in blocks:
            assert _TEXT.split(b"\n")[number - 1] == block.split(b"\n")[0]


def test_read_blocks__comments_alone(tmp_path):
    path = tmp_path / "t"
    path.write_bytes(b"# a")
    assert [*read_blocks(path, "E346")] == [(1, b"# a")]


@pytest.mark.parametrize("bgzip", [False, True])
def test_read_blocks__cut_gzip_is_named(tmp_path, bgzip):
    path = tmp_path / "t.gz"
    if bgzip:
        with pysam.BGZFile(str(path), "wb") as handle:
            handle.write(_TEXT)
    else:
        path.write_bytes(gzip.compress(_TEXT))
    assert b"".join(block for _, block in read_blocks(path, "E346")) == _TEXT
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DataError, match="damaged or cut short") as caught:
        [*read_blocks(path, "E346")]
    assert caught.value.code == "E346"
