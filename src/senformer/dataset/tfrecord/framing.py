"""The frame of a TFRecord: length, checksum of the length, payload, checksum of the payload.

Numbers are little-endian: 8, 4, any and 4 bytes. Both checksums are held against the bytes, always.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from senformer.core.checksum import masked_crc32c
from senformer.core.errors import DataError
from senformer.dataset.tfrecord.stream import HEAD_BYTES, LENGTH_BYTES, ByteStream

_AGAIN = "Get the file again."
# A protocol buffer is smaller than this.
_MOST_BYTES = (1 << 31) - 1


@dataclass(frozen=True)
class Place:
    """Where a record stands: file, number from 0, and byte of the inflated data."""

    path: Path
    number: int
    offset: int

    def __str__(self) -> str:
        """Name the place for a message."""
        return f"{self.path} record {self.number} (byte {self.offset})"


def read_records(path: Path) -> Iterator[tuple[Place, bytes]]:
    """Yield place and payload of every record of a file, in order; one record is in memory at a time.

    A file whose compressed data is empty holds no record.

    Raises
    ------
    MissingInputError
        There is no such file.
    DataError
        It is damaged or cut short: compression, a length, or one of the checksums.
    """
    stream = ByteStream(path)
    number = 0
    while True:
        place = Place(path, number, stream.offset)
        head = stream.take(HEAD_BYTES)
        if not head:
            return
        yield place, _payload(stream, head, place)
        number += 1


def _payload(stream: ByteStream, head: bytes, place: Place) -> bytes:
    _whole(head, HEAD_BYTES, place, "length")
    if masked_crc32c(head[:LENGTH_BYTES]) != int.from_bytes(head[LENGTH_BYTES:], "little"):
        raise DataError("E472", str(place), "the checksum of its length does not hold", _AGAIN)
    (size,) = struct.unpack_from("<Q", head)
    if size > _MOST_BYTES:
        found = f"claims {size:,} bytes, more than a protocol buffer can have ({_MOST_BYTES:,})"
        raise DataError("E472", str(place), found, _AGAIN)
    payload = _whole(stream.take(size), size, place, "data")
    crc = _whole(stream.take(4), 4, place, "checksum")
    if masked_crc32c(payload) != int.from_bytes(crc, "little"):
        raise DataError("E472", str(place), "the checksum of its data does not hold", _AGAIN)
    return payload


def _whole(found: bytes, size: int, place: Place, part: str) -> bytes:
    if len(found) != size:
        raise DataError(
            "E472", str(place), f"ends inside its {part}: {len(found):,} of {size:,} bytes are there", _AGAIN
        )
    return found


def frame(payload: bytes) -> bytes:
    """Return a payload in its frame."""
    length = struct.pack("<Q", len(payload))
    checks = (struct.pack("<I", masked_crc32c(part)) for part in (length, payload))
    return b"".join((length, next(checks), payload, next(checks)))
