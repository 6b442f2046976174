import pytest
from tests.model.weights.bundles import table

from senformer.model.weights.bundle.table import read_table

ENTRIES = {f"layer/{i:03d}/{'w' * (i % 4)}".encode(): bytes([i]) * i for i in range(17)} | {b"": b"head"}


@pytest.mark.parametrize("per_block", [1, 5, 40])
@pytest.mark.parametrize("snappy", [False, True])
def test_read_table__round_trip(per_block, snappy):
    assert read_table(table(ENTRIES, per_block, snappy)) == ENTRIES


def test_read_table__every_flipped_byte_of_a_block_is_found():
    data = table(ENTRIES)
    # The last 48 bytes are the footer, whose padding says nothing.
    for place in [*range(len(data) - 48), *range(len(data) - 8, len(data))]:
        damaged = bytearray(data)
        damaged[place] ^= 0x10
        with pytest.raises(ValueError):
            read_table(bytes(damaged))


def test_read_table__cut_off_at_any_byte():
    data = table(ENTRIES)
    for size in range(0, len(data), 7):
        with pytest.raises(ValueError, match="does not end like an index table"):
            read_table(data[:size])


def test_read_table__unknown_compression():
    from tests.model.weights.bundles import stored, varint

    data = stored(b"block", kind=2)
    footer = (varint(0) + varint(5) + varint(0) + varint(5)).ljust(40, b"\0")
    with pytest.raises(ValueError, match="unknown compression 2"):
        read_table(data + footer + (0xDB4775248B80FB57).to_bytes(8, "little"))


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (b"\0", "block without an end"),
        (b"\xff\xff\0\0", "block without an end"),
        (b"\x05\x01\x01ab\0\0\0\0\1\0\0\0", "entry that leaves its block"),
        (b"\x00\x01\x7fab\0\0\0\0\1\0\0\0", "entry that leaves its block"),
    ],
)
def test_read_table__damaged_under_a_good_checksum(block, message):
    from tests.model.weights.bundles import stored, varint

    handle = varint(0) + varint(len(block))
    footer = (handle + handle).ljust(40, b"\0")
    with pytest.raises(ValueError, match=message):
        read_table(stored(block) + footer + (0xDB4775248B80FB57).to_bytes(8, "little"))
