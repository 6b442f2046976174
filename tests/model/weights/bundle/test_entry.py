import pytest
from tests.model.weights.bundles import field, fixed32, shape_message

from senformer.model.weights.bundle.entry import Entry, read_entry, read_header


def test_read_header__shards_and_byte_order():
    assert read_header(field(1, 3) + field(3, field(1, 1))) == 3
    with pytest.raises(ValueError, match="big-endian"):
        read_header(field(1, 3) + field(2, 1))


def test_read_entry__every_field():
    data = field(1, 1) + field(2, shape_message((5, 7))) + field(3, 2) + field(4, 300) + field(5, 140)
    entry = read_entry(data + fixed32(6, 99))
    assert entry == Entry(dtype=1, shape=(5, 7), shard=2, offset=300, size=140, crc=99, is_sliced=False)
    entry.check_size()
    assert read_entry(data + field(7, b"")).is_sliced
    # What is zero is not written at all: a scalar at the beginning of the first shard.
    assert read_entry(field(1, 9) + field(2, b"") + field(5, 8)) == Entry(9, (), 0, 0, 8, 0, False)


def test_entry__size_of_another_shape():
    with pytest.raises(ValueError, match=r"has 12 bytes for the shape \(5, 7\)"):
        Entry(1, (5, 7), 0, 0, 12, 0, False).check_size()
