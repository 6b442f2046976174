import gzip
import struct

import numpy as np
import pysam
import pytest
from tests.genome.toy import write_bgzip

from senformer.genome.bgzf import BgzfBytes, PlainBytes, check_end, is_bgzf, is_gzip, walk_blocks

TEXT = bytes(np.random.default_rng(1).integers(65, 91, 200_001).astype(np.uint8))


@pytest.fixture
def packed(tmp_path):
    return write_bgzip(tmp_path / "a.gz", TEXT)


def test_is_bgzf__told_from_gzip_and_plain(tmp_path, packed):
    (tmp_path / "b").write_bytes(gzip.compress(TEXT))
    (tmp_path / "c").write_bytes(TEXT)
    (tmp_path / "d").touch()
    names = ["a.gz", "b", "c", "d"]
    assert [is_bgzf(tmp_path / name) for name in names] == [True, False, False, False]
    assert [is_gzip(tmp_path / name) for name in names] == [True, True, False, False]


def test_walk_blocks__covers_file_and_text(packed):
    blocks = walk_blocks(packed)
    assert blocks.n_bytes == len(TEXT)
    assert blocks.compressed[-1] == packed.stat().st_size
    assert len(blocks.plain) == 6  # four blocks of text, the closing one, and the end


def test_gzi__is_what_htslib_writes(tmp_path):
    fasta = write_bgzip(tmp_path / "g.fa.gz", b">a\n" + TEXT + b"\n")
    pysam.faidx(str(fasta))
    blocks = walk_blocks(fasta)
    assert blocks.gzi() == (tmp_path / "g.fa.gz.gzi").read_bytes()
    n_listed = struct.unpack_from("<Q", blocks.gzi())[0]
    assert n_listed == len(blocks.plain) - 3  # neither the first, nor the closing one, nor the end
    assert struct.unpack_from("<Q", blocks.gzi(with_end=True))[0] == n_listed + 1


def test_walk_blocks__cut_file_is_refused(packed, tmp_path):
    whole = packed.read_bytes()
    for n_bytes in (0, 10, 40, len(whole) // 2, len(whole) - 28, len(whole) - 1):
        packed.write_bytes(whole[:n_bytes])
        with pytest.raises(EOFError, match="the closing block of bgzip is missing"):
            walk_blocks(packed)


def test_walk_blocks__damaged_header_is_named(packed):
    whole = bytearray(packed.read_bytes())
    second = int(walk_blocks(packed).compressed[1])
    whole[second] ^= 1
    packed.write_bytes(whole)
    with pytest.raises(EOFError, match=f"no bgzip block at byte {second:,}"):
        walk_blocks(packed)


@pytest.mark.parametrize("size", [0, 10, 25, 65535])
def test_walk_blocks__impossible_size_is_refused(packed, size):
    whole = bytearray(packed.read_bytes())
    last = int(walk_blocks(packed).compressed[-2])
    struct.pack_into("<H", whole, last + 16, size)
    packed.write_bytes(bytes(whole) + whole[last : last + 16] + bytes.fromhex("1b0003000000000000000000"))
    with pytest.raises(EOFError, match=r"bgzip block at byte|has an impossible size"):
        walk_blocks(packed)


def test_check_end__present_and_missing(packed):
    check_end(packed)
    packed.write_bytes(packed.read_bytes()[:-1])
    with pytest.raises(EOFError, match="closing block"):
        check_end(packed)


def test_read__any_stretch_of_both_kinds(packed, tmp_path):
    (tmp_path / "plain").write_bytes(TEXT)
    sources = [BgzfBytes(packed, walk_blocks(packed)), PlainBytes(tmp_path / "plain")]
    rng = np.random.default_rng(2)
    for source in sources:
        assert source.n_bytes == len(TEXT)
        for _ in range(100):
            start, n_bytes = int(rng.integers(0, len(TEXT) + 9)), int(rng.integers(0, 70_000))
            assert source.read(start, n_bytes) == TEXT[start : start + n_bytes]
        source.close()


def test_read__damaged_block_is_refused(packed):
    blocks = walk_blocks(packed)
    whole = bytearray(packed.read_bytes())
    struct.pack_into("<I", whole, int(blocks.compressed[1]) - 8, 7)
    packed.write_bytes(whole)
    source = BgzfBytes(packed, blocks)
    with pytest.raises(EOFError, match="the block at byte 0 is damaged"):
        source.read(0, 5)
    source.close()
