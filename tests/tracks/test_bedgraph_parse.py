"""Lines of bedGraph: fast and slow reading agree, and every fault is named with its line."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from senformer.core.errors import DataError
from senformer.tracks import bedgraph_parse
from senformer.tracks.bedgraph_parse import parse_bedgraph

_GOOD = "chr1\t0\t5\t1\nchr1\t5\t9\t2\nchr2\t3\t4\t-1.5\n"


def _parse(tmp_path, content):
    path = tmp_path / "t.bdg"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return {chrom: [row.tolist() for row in runs] for chrom, runs in parse_bedgraph(path)}


@pytest.mark.parametrize(
    "text",
    [
        _GOOD,
        _GOOD.removesuffix("\n"),
        _GOOD.replace("\n", "\r\n"),
        _GOOD.replace("\t", " "),
        "\ufeff" + _GOOD,
        "# note\ntrack type=bedGraph\nbrowser position chr1\n" + _GOOD,
        _GOOD.replace("chr2", "\n# note\ntrack name=second\nchr2"),
    ],
)
def test_parse_bedgraph__accepts_what_browsers_do(tmp_path, text):
    assert _parse(tmp_path, text) == {"chr1": [[0, 5], [5, 9], [1, 2]], "chr2": [[3], [4], [-1.5]]}


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("chr2\t4\t5", "E343", "line 4: has 3 columns, a bedGraph has 4"),
        ("chr2\t4\t5\t1\t2", "E343", "line 4: has 5 columns"),
        ("chr2\t-4\t5\t1", "E343", "line 4: '-4' is no coordinate"),
        ("chr2\t4\t0x5\t1", "E343", "line 4: '0x5' is no coordinate"),
        ("chr2\t4.0\t5\t1", "E343", "line 4: '4.0' is no coordinate"),
        ("chr2\t5\t5\t1", "E343", r"line 4: chr2:5-5 \(0-based\) is empty or runs backwards"),
        ("chr2\t7\t5\t1", "E343", "is empty or runs backwards"),
        ("chr2\t7\t3000000000\t1", "E343", "ends beyond 2,147,483,647"),
        ("chr2\t4\t5\tx", "E343", "line 4: the value is 'x'"),
        ("chr2\t4\t5\t", "E343", "line 4: the value is ''"),
        ("chr2\t4\t5\tnan(1)", "E343", "the value is 'nan"),
        ("\t4\t5\t1", "E343", "line 4: the chromosome name is ''"),
        ("chr2\t3\t5\t1", "E344", r"4: chr2:3-5 \(0-based\) begins before the interval above it ends, at 4"),
        ("chr1\t20\t25\t1", "E344", "line 4: chromosome chr1 goes on here, after chr2"),
        ("chr2\t4\t5\t\0", "E343", "holds a NUL byte"),
    ],
)  # fmt: skip
def test_parse_bedgraph__names_the_line(tmp_path, line, code, message):
    with pytest.raises(DataError, match=message) as caught:
        _parse(tmp_path, _GOOD + line + "\n" + "chr3\t0\t5\t1\n")
    assert caught.value.code == code


def test_parse_bedgraph__other_text(tmp_path):
    with pytest.raises(DataError, match="holds no interval"):
        _parse(tmp_path, "# nothing\n")
    with pytest.raises(DataError, match="line 1: is no UTF-8 text"):
        _parse(tmp_path, b"\xff\n")
    with pytest.raises(DataError, match="line 1: is UTF-16 text"):
        _parse(tmp_path, "chr1\t0\t5\t1\n".encode("utf-16"))
    with pytest.raises(DataError, match="line 2: is no UTF-8 text"):
        _parse(tmp_path, b"chr1\t0\t5\t1\n\xff\xfe\n")


def test_parse_bedgraph__same_in_blocks_of_any_size(tmp_path, monkeypatch):
    text = "".join(f"chr{1 + at // 40}\t{at}\t{at + 1}\t{at % 7}\n" for at in range(100))
    whole = _parse(tmp_path, text)
    read = bedgraph_parse.read_blocks
    for size in (1, 37, 200):
        monkeypatch.setattr(bedgraph_parse, "read_blocks", lambda path, code, n=size: read(path, code, n))
        assert _parse(tmp_path, text) == whole
        with pytest.raises(DataError, match="line 101: chromosome chr1 goes on here"):
            _parse(tmp_path, text + "chr1\t90\t91\t1\n")
        with pytest.raises(DataError, match="line 101: chr3:99-100"):
            _parse(tmp_path, text + "chr3\t99\t100\t1\n")


_FIELD = st.text("0123456789.-+eExnaif( ", max_size=5)


@settings(max_examples=200, deadline=None)
@given(start=_FIELD, end=_FIELD, value=_FIELD)
def test_parse_bedgraph__fast_and_slow_reading_agree(start, end, value):
    block = f"chr1\t{start}\t{end}\t{value}\n".encode()
    fast = bedgraph_parse._fast(block)
    reading = bedgraph_parse._Reading(Path("t.bdg"))
    if fast is None or not bedgraph_parse._is_ordered(fast, reading):
        return
    slow = bedgraph_parse._slow(block, 1, reading)
    assert (fast.starts, fast.ends) == (slow.starts, slow.ends)
    assert fast.values[0] == slow.values[0] or (math.isnan(fast.values[0]) and math.isnan(slow.values[0]))
    assert np.array_equal(fast.codes, slow.codes)
