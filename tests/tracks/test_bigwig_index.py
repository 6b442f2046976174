"""The index of a bigWig file, held against the file before it is used."""

import struct

import pytest
from tests.tracks.toy import random_blocks

from senformer.core.errors import DataError
from senformer.tracks.bigwig_header import INDEX, read_header
from senformer.tracks.bigwig_index import find_index_fault
from senformer.tracks.bigwig_read import open_bigwig
from senformer.tracks.bigwig_write import write_bigwig

_FIRST_LEAF_OFFSET, _FIRST_LEAF_SIZE = INDEX.size + 4 + 16, INDEX.size + 4 + 24


@pytest.fixture
def one_leaf(tmp_path):
    sizes = {"c": 900, "d": 301}
    write_bigwig(tmp_path / "t.bw", sizes, random_blocks(1, sizes, 3)[0], 3)
    return tmp_path / "t.bw"


def _damage(path, offset, layout, value):
    content = bytearray(path.read_bytes())
    struct.pack_into(layout, content, read_header(path).index + offset, value)
    path.write_bytes(content)


def test_find_index_fault__good_file(one_leaf):
    assert find_index_fault(one_leaf, read_header(one_leaf)) is None


def test_find_index_fault__two_levels(tmp_path):
    """More blocks than one node holds."""
    sizes = {f"c{number}": 9 for number in range(300)}
    write_bigwig(tmp_path / "t.bw", sizes, random_blocks(2, sizes, 2)[0], 2)
    header = read_header(tmp_path / "t.bw")
    content = (tmp_path / "t.bw").read_bytes()
    assert content[header.index + INDEX.size] == 0, "the root is no leaf"
    assert find_index_fault(tmp_path / "t.bw", header) is None
    child = struct.unpack_from("<Q", content, header.index + INDEX.size + 4 + 16)[0]
    _damage(tmp_path / "t.bw", INDEX.size + 4 + 24 + 16, "<Q", child)
    assert "its index reaches a node twice" in str(find_index_fault(tmp_path / "t.bw", header))


@pytest.mark.parametrize(
    ("offset", "layout", "value", "found"),
    [
        (_FIRST_LEAF_SIZE, "<Q", 1 << 40, "its index claims a block of 1099511627776 bytes"),
        (_FIRST_LEAF_OFFSET, "<Q", 1 << 33, "its index points to byte 8589934592 of"),
        (INDEX.size + 2, "<H", 60_000, "its index has a node of 60000 entries at byte"),
    ],
)
def test_find_index_fault__damage_is_named(one_leaf, offset, layout, value, found):
    _damage(one_leaf, offset, layout, value)
    with pytest.raises(DataError) as caught:
        open_bigwig(one_leaf).scan()
    assert caught.value.code == "E327"
    assert f"{one_leaf}: is damaged ({found}" in str(caught.value)
