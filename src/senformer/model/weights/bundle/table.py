"""The table format of a checkpoint's ``.index`` file: sorted keys in checksummed blocks.

Source: github.com/google/leveldb, doc/table_format.md; TensorFlow writes the same.
"""

from collections.abc import Iterator

from senformer.core.checksum import masked_crc32c
from senformer.model.weights.bundle.snappy import unpack
from senformer.model.weights.bundle.wire import read_varint

MAGIC = 0xDB4775248B80FB57
_FOOTER_BYTES, _TRAILER_BYTES = 48, 5
_PLAIN, _SNAPPY = 0, 1


def read_table(data: bytes) -> dict[bytes, bytes]:
    """Return every key and its value, in order.

    Raises
    ------
    ValueError
        The data are no table, are cut off, or a block has another checksum than its own.
    """
    footer = data[-_FOOTER_BYTES:]
    if len(footer) < _FOOTER_BYTES or int.from_bytes(footer[-8:], "little") != MAGIC:
        raise ValueError("does not end like an index table; it is cut off or of another format")
    meta, place = _read_handle(footer, 0)
    index, _ = _read_handle(footer, place)
    _read_block(data, meta)  # says nothing of keys, but a damaged one is a damaged file
    table: dict[bytes, bytes] = {}
    for _, handle in _entries(_read_block(data, index)):
        table.update(_entries(_read_block(data, _read_handle(handle, 0)[0])))
    return table


def _read_handle(data: bytes, place: int) -> tuple[tuple[int, int], int]:
    offset, place = read_varint(data, place)
    size, place = read_varint(data, place)
    return (offset, size), place


def _read_block(data: bytes, handle: tuple[int, int]) -> bytes:
    offset, size = handle
    stored = data[offset : offset + size + _TRAILER_BYTES]
    if len(stored) != size + _TRAILER_BYTES:
        raise ValueError(f"is cut off: a block of {size} bytes begins at byte {offset}")
    block, kind, crc = stored[:size], stored[size], int.from_bytes(stored[size + 1 :], "little")
    if masked_crc32c(stored[: size + 1]) != crc:
        raise ValueError(f"is damaged: the block at byte {offset} has another checksum")
    if kind == _PLAIN:
        return block
    if kind != _SNAPPY:
        raise ValueError(f"has a block of unknown compression {kind}")
    return unpack(block)


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield keys and values; a key is stored as what differs from the key before it."""
    if len(block) < 4:
        raise ValueError("has a block without an end")
    end = len(block) - 4 * (1 + int.from_bytes(block[-4:], "little"))
    if end < 0:
        raise ValueError("has a block without an end")
    key, place = b"", 0
    while place < end:
        shared, place = read_varint(block, place)
        own, place = read_varint(block, place)
        size, place = read_varint(block, place)
        if shared > len(key) or place + own + size > end:
            raise ValueError("has an entry that leaves its block")
        key = key[:shared] + block[place : place + own]
        yield key, block[place + own : place + own + size]
        place += own + size
