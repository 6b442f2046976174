import pytest
from tests.model.weights.bundles import snappy_literal, varint

from senformer.model.weights.bundle.snappy import unpack


def test_unpack__literals_of_every_length():
    for size in (0, 1, 60, 61, 300, 70_000):
        data = bytes(i % 251 for i in range(size))
        assert unpack(snappy_literal(data)) == data
    long = bytes(i % 251 for i in range(70_000))
    assert unpack(varint(70_000) + bytes([62 << 2]) + (69_999).to_bytes(3, "little") + long) == long


def test_unpack__copies_of_each_kind():
    one = bytes([1 | (4 << 2), 3])  # 8 bytes from 3 before
    two = bytes([2 | (4 << 2)]) + (4).to_bytes(2, "little")  # 5 bytes from 4 before
    four = bytes([3 | (1 << 2)]) + (16).to_bytes(4, "little")  # 2 bytes from 16 before
    packed = varint(18) + bytes([2 << 2]) + b"abc" + one + two + four
    assert unpack(packed) == b"abcabcabcabbcabbab"


@pytest.mark.parametrize(
    ("packed", "message"),
    [
        (varint(9) + b"\x08abc", "unpacks to 3 bytes, not 9"),
        (varint(3) + b"\x10ab", "ends within a literal"),
        (varint(5) + b"\x08abc" + bytes([2 | 4 << 2, 9, 0]), "copies from before its beginning"),
        (varint(5) + b"\x08abc" + bytes([2 | 4 << 2, 9]), "ends within a length"),
    ],
)
def test_unpack__damaged(packed, message):
    with pytest.raises(ValueError, match=message):
        unpack(packed)
