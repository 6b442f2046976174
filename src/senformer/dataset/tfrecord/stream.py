"""The bytes inside a TFRecord file: zlib, gzip or plain, told apart by content, inflated piece by piece."""

import zlib
from collections.abc import Iterator
from pathlib import Path

from senformer.core.checksum import masked_crc32c
from senformer.core.errors import DataError
from senformer.genome.files import local_file, read_failure

_READ_BYTES = 1 << 20
_GZIP = b"\x1f\x8b"
_AGAIN = "Get the file again."
# What the writer of the format puts at the head of every record: length, then the length's checksum.
HEAD_BYTES, LENGTH_BYTES = 12, 8


def compression_of(path: Path) -> str:
    """Return ``zlib``, ``gzip`` or ``none``, from the first bytes of a TFRecord file.

    Raises
    ------
    MissingInputError
        There is no such file.
    DataError
        It is empty, or no TFRecord file.
    """
    with open(local_file(path, "E470"), "rb") as handle:
        head = handle.read(HEAD_BYTES)
    if not head:
        raise DataError(
            "E471",
            str(path),
            "has 0 bytes: a download that was cut off, or an uncompressed file of no records",
            "Get the file again, or remove it if it is meant to hold no records.",
        )
    # First the checksum, for the low bytes of a plain record's length may look like a header.
    if len(head) == HEAD_BYTES and masked_crc32c(head[:LENGTH_BYTES]) == int.from_bytes(head[8:], "little"):
        return "none"
    if head.startswith(_GZIP):
        return "gzip"
    if len(head) > 1 and head[0] & 15 == 8 and int.from_bytes(head[:2], "big") % 31 == 0:
        return "zlib"
    raise DataError(
        "E471",
        f"{path} byte 0",
        f"begins with {head[:8].hex(' ')}: neither zlib, gzip nor the checked length of a record",
        "Give a TFRecord file; if it is one, it is damaged: get it again.",
    )


class ByteStream:
    """The inflated bytes of one file, taken in order.

    Attributes
    ----------
    offset
        Inflated bytes taken so far.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.offset = path, 0
        self._blocks = _plain(path) if compression_of(path) == "none" else _inflate(path)
        self._held = b""

    def take(self, n: int) -> bytes:
        """Return the next ``n`` bytes, fewer only at the end of the file."""
        parts, missing = [], n
        while missing:
            if not self._held:
                self._held = next(self._blocks, b"")
                if not self._held:
                    break
            part, self._held = self._held[:missing], self._held[missing:]
            parts.append(part)
            missing -= len(part)
        found = b"".join(parts)
        self.offset += len(found)
        return found


def _plain(path: Path) -> Iterator[bytes]:
    try:
        with open(path, "rb") as handle:
            while block := handle.read(_READ_BYTES):
                yield block
    except OSError as fault:
        raise read_failure(str(path), fault) from fault


def _inflate(path: Path) -> Iterator[bytes]:
    """Yield inflated blocks of at most 1 MiB, whatever the ratio; several gzip members follow one another."""
    is_gzip = compression_of(path) == "gzip"
    engine = zlib.decompressobj(wbits=47)
    n_read = 0
    for packed in _plain(path):
        n_read += len(packed)
        while packed:
            if engine.eof:
                if not is_gzip:
                    raise DataError(
                        "E471",
                        f"{path} byte {n_read - len(packed)}",
                        f"{len(packed)} bytes or more follow the end of the compressed data",
                        _AGAIN,
                    )
                engine = zlib.decompressobj(wbits=31)
            try:
                block = engine.decompress(packed, _READ_BYTES)
            except zlib.error as fault:
                where = f"{path} before byte {n_read}"
                raise DataError("E471", where, f"is damaged ({fault})", _AGAIN) from fault
            packed = engine.unused_data if engine.eof else engine.unconsumed_tail
            if block:
                yield block
    if not engine.eof:
        raise DataError("E471", f"{path} byte {n_read}", "the compressed data is cut short here", _AGAIN)
