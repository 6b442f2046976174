"""Large text files in blocks of whole lines, plain or packed, with the number of each block's first line."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from senformer.core.errors import DataError
from senformer.genome.bgzf import check_end, is_bgzf, is_gzip
from senformer.genome.files import is_read_failure, read_failure

BLOCK_BYTES = 1 << 24
_BOM = b"\xef\xbb\xbf"


def read_blocks(path: Path, code: str, block_bytes: int = BLOCK_BYTES) -> Iterator[tuple[int, bytes]]:
    """Yield the number of the first line (from 1) and the bytes of block after block of whole lines.

    A byte-order mark is taken off; so that the rest can be read as one, lines before the first that does
    not begin with ``#``, ``track`` or ``browser`` come as a block of their own.

    Parameters
    ----------
    path
        Plain text, gzip or bgzip; told apart by content.
    code
        Error code of a damaged file.

    Raises
    ------
    DataError
        Damaged or cut gzip.
    StorageError
        The disk failed (E807).
    """
    number = 1
    try:
        if is_bgzf(path):
            check_end(path)
        with gzip.open(path) if is_gzip(path) else open(path, "rb") as handle:
            while block := handle.read(block_bytes):
                block += handle.readline()
                if number == 1:
                    block = block.removeprefix(_BOM)
                    cut = _head_bytes(block)
                    if cut:
                        yield number, block[:cut]
                        number, block = number + block.count(b"\n", 0, cut), block[cut:]
                if block:
                    yield number, block
                number += block.count(b"\n")
    except (OSError, EOFError, zlib.error) as fault:
        where = f"{path} after line {number - 1}"
        if is_read_failure(fault):
            raise read_failure(where, fault) from fault
        found = f"the file is damaged or cut short ({fault})"
        raise DataError(code, where, found, "Get it again.") from fault


def _head_bytes(block: bytes) -> int:
    """Return how many bytes the comments at the top take."""
    at = 0
    while block.startswith((b"#", b"track", b"browser"), at):
        line_end = block.find(b"\n", at)
        if line_end < 0:
            return len(block)
        at = line_end + 1
    return at
