import struct
import zlib

import numpy as np
import pyBigWig
import pytest
from tests.tracks.toy import write_peer_bigwig

from senformer.core.errors import DataError
from senformer.tracks.bigwig_read import open_bigwig
from senformer.tracks.runs import join_runs

SIZES = {"chr1": 50_000, "chr10": 4_000, "chr2": 9_000}


@pytest.fixture
def every_kind(tmp_path):
    """A file with blocks of all three kinds, values that are NaN, and a chromosome without any."""
    rng = np.random.default_rng(3)
    file = pyBigWig.open(str(tmp_path / "k.bw"), "w")
    file.addHeader(list(SIZES.items()))
    starts = np.arange(100, 20_000, 7)
    ends = starts + rng.integers(1, 8, len(starts))
    values = rng.normal(size=len(starts))
    values[5] = np.nan
    file.addEntries(["chr1"] * len(starts), starts.tolist(), ends=ends.tolist(), values=values.tolist())
    places = np.arange(25_000, 40_000, 11)
    file.addEntries("chr1", places.tolist(), values=rng.normal(size=len(places)).tolist(), span=5)
    file.addEntries("chr2", 10, values=rng.normal(size=700).tolist(), span=3, step=4)
    file.close()
    return tmp_path / "k.bw"


def _bases(runs, start, end):
    found = np.full(end - start, np.nan, dtype=np.float32)
    for lo, hi, value in zip(runs.starts, runs.ends, runs.values, strict=True):
        found[lo - start : hi - start] = value
    return found


@pytest.mark.parametrize(
    "place",
    [
        ("chr1", 0, 50_000),
        ("chr1", 103, 104),
        ("chr1", 19_990, 25_003),
        ("chr2", 11, 2_900),
        ("chr2", 2_000, 9_000),
    ],
)
def test_runs__are_what_pybigwig_reads(every_kind, place):
    runs = join_runs(open_bigwig(every_kind).parts(*place))
    expected = pyBigWig.open(str(every_kind)).values(*place, numpy=True)
    np.testing.assert_array_equal(_bases(runs, *place[1:]), expected)
    assert runs.starts.min() >= place[1]
    assert runs.ends.max() <= place[2]


def test_runs__where_there_are_none(every_kind):
    reader = open_bigwig(every_kind)
    assert len(join_runs(reader.parts("chr1", 45_000, 50_000)).starts) == 0
    with pytest.raises(DataError, match="lists no chromosome 'chr3'"):
        join_runs(reader.parts("chr3", 0, 10))
    with pytest.raises(DataError, match="is no interval inside the chromosome of 9000 bp"):
        join_runs(reader.parts("chr2", 0, 9_001))


def test_runs__two_values_for_one_base(tmp_path):
    entries = {"chr1": [(0, 10, 1.0), (5, 15, 2.0), (20, 30, 3.0)]}
    path = write_peer_bigwig(tmp_path / "o.bw", {"chr1": 100}, entries, maxZooms=0)
    with pytest.raises(DataError, match=r"o\.bw chr1:5-6 \(0-based\): the file holds several values"):
        join_runs(open_bigwig(path).parts("chr1", 0, 100))


def _block(path):
    """Return offset and size of the first data block."""
    header = open_bigwig(path).header
    raw = path.read_bytes()
    node = header.index + 48
    is_leaf, _, count = struct.unpack_from("<BBH", raw, node)
    assert (is_leaf, count > 0) == (1, True)
    return node, *struct.unpack_from("<QQ", raw, node + 4 + 16)


def _damaged(path, tmp_path, change):
    raw = bytearray(path.read_bytes())
    change(raw, *_block(path))
    (tmp_path / "d.bw").write_bytes(bytes(raw))
    return open_bigwig(tmp_path / "d.bw")


def _unpacked(raw, node, offset, size, change=lambda content: None):
    """Put all blocks, the first changed, unpacked before the closing signature; the header says so."""
    (count,) = struct.unpack_from("<H", raw, node + 2)
    blocks = b""
    for entry in range(count):
        place = node + 4 + 32 * entry + 16
        at, n_bytes = struct.unpack_from("<QQ", raw, place)
        content = bytearray(zlib.decompress(raw[at : at + n_bytes]))
        if entry == 0:
            change(content)
        struct.pack_into("<QQ", raw, place, len(raw) + len(blocks), len(content))
        blocks += content
    struct.pack_into("<I", raw, 52, 0)  # the size of a block's buffer: none is unpacked
    raw[-4:] = b"\0\0\0\0" + blocks + raw[-4:]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda raw, node, at, size: raw.__setitem__(at + 9, raw[at + 9] ^ 255), "cannot be unpacked"),
        (
            lambda raw, node, at, size: struct.pack_into("<I", raw, node + 4 + 12, 400),
            "its index and its blocks contradict each other",
        ),
        (
            lambda raw, node, at, size: struct.pack_into("<Q", raw, node + 4 + 24, 1 << 25),
            "ends before byte",
        ),
    ],
)
def test_runs__damage_is_told(every_kind, tmp_path, change, text):
    reader = _damaged(every_kind, tmp_path, change)
    with pytest.raises(DataError, match=rf"d\.bw chr1:0-50000 \(0-based\): is damaged \(.*{text}"):
        join_runs(reader.parts("chr1", 0, 50_000))


@pytest.mark.parametrize(
    ("place", "value", "text"),
    [
        (0, 7, "contradict"),
        (24, 3_000_000, "outside its range"),
        (20, 9, "of kind 9"),
        (22, 60_000, "ends too early"),
    ],
)
def test_runs__a_block_that_says_something_else(every_kind, tmp_path, place, value, text):
    def edit(content):
        if place == 20:
            content[20] = value
        elif place == 22:
            struct.pack_into("<H", content, place, value)
        else:
            struct.pack_into("<I", content, place, value)

    reader = _damaged(every_kind, tmp_path, lambda *block: _unpacked(*block, edit))
    with pytest.raises(DataError, match=text):
        join_runs(reader.parts("chr1", 0, 50_000))


def test_check__as_many_blocks_as_the_file_says(every_kind, tmp_path):
    reader = open_bigwig(every_kind)
    reader.check()
    raw = bytearray(every_kind.read_bytes())
    struct.pack_into("<Q", raw, reader.header.data, reader.header.n_blocks + 1)
    (tmp_path / "n.bw").write_bytes(bytes(raw))
    with pytest.raises(DataError, match=rf"its index has {reader.header.n_blocks} blocks, its data"):
        open_bigwig(tmp_path / "n.bw").check()


def test_runs__of_an_empty_file(tmp_path):
    from senformer.tracks.bigwig import write_bigwig

    write_bigwig(tmp_path / "e.bw", {"chr1": 100}, [], 10)
    reader = open_bigwig(tmp_path / "e.bw")
    reader.check()
    assert [len(part) for part in join_runs(reader.parts("chr1", 0, 100))] == [0, 0, 0]


@pytest.mark.parametrize("place", [("chr1", 0, 3_000), ("chr1", 0, 50_000), ("chr2", 0, 9_000)])
def test_runs__blocks_that_are_not_packed(every_kind, tmp_path, place):
    ours, theirs = (
        join_runs(_damaged(every_kind, tmp_path, _unpacked).parts(*place)),
        join_runs(open_bigwig(every_kind).parts(*place)),
    )
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(ours, theirs, strict=True))
