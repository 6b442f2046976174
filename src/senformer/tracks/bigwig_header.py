"""Look at a bigWig's first and last bytes before the library does, so that a wrong file is named.

Layout: Kent et al. 2010, doi:10.1093/bioinformatics/btq351, supplement (all numbers little-endian here).
"""

import os
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from senformer.core.errors import DataError
from senformer.core.wording import counted
from senformer.genome import files

MAGIC = 0x888FFC26
HEADER = struct.Struct("<IHHQQQHHQQIQ")
TREE = struct.Struct("<IIIIQQ")
TREE_MAGIC = 0x78CA8C91
INDEX = struct.Struct("<IIQIIIIQII")
INDEX_MAGIC = 0x2468ACE0
_BEDGRAPH = re.compile(rb"\S+[ \t]+\d+[ \t]+\d+[ \t]+[-+\d.]|track[ \t]+type=[\"']?bedGraph")
_COUNT = struct.Struct("<Q")
# The library reserves this much for every block; real files say 32 KiB or less.
_LARGEST_BUFFER = 1 << 26
_KINDS = (
    (b"\xeb\xf2\x89\x87", "is a bigBed file: intervals, no signal", "Give the bigWig of the experiment."),
    (b"\x87\x89\xf2\xeb", "is a bigBed file: intervals, no signal", "Give the bigWig of the experiment."),
    (b"\x88\x8f\xfc\x26", "is a bigWig in big-endian byte order", "Write it anew with a current tool."),
    (
        b"\x1f\x8b",
        "is compressed with gzip",
        "Let a bedGraph's name end in .bedGraph.gz; unpack anything else.",
    ),
    (b"\x89HDF", "is an HDF5 file", "Convert it to bigWig."),
    (b"PK\x03\x04", "is a zip archive", "Unpack it."),
    (b"<", "is a web page or XML, no data", "Download the file itself."),
)


@dataclass(frozen=True)
class BigWigHeader:
    """What the fixed part of a bigWig file says.

    Attributes
    ----------
    version, n_zooms
        Format version; number of zoom levels.
    chrom_tree, data, index, summary
        Byte offsets of the parts.
    n_blocks
        Data blocks at base resolution.
    is_packed
        Whether blocks are zlib streams.
    n_covered_bp
        Bases that entries cover, by the file's own account; None where it keeps none (version 1).
    """

    version: int
    n_zooms: int
    chrom_tree: int
    data: int
    index: int
    summary: int
    n_blocks: int
    n_covered_bp: int | None
    is_packed: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether the file lists chromosomes and holds no value: legal, and the library cannot read it."""
        return self.index == 0 and self.n_blocks == 0 and self.n_zooms == 0


def local_file(path: str | os.PathLike) -> Path:
    """Return ``path`` if it is a regular file that can be read here.

    Raises
    ------
    MissingInputError
        It is missing (E320), a URL (E321), a folder or a device, or may not be read (E322).
    """
    return files.local_file(path, "E320", unreadable="E322", url="E321")


def read_header(path: Path) -> BigWigHeader:
    """Read the fixed part of a bigWig file.

    Raises
    ------
    StorageError
        The file cannot be read.
    DataError
        It is something else, or cut off, or its parts lie outside of it.
    """
    try:
        with path.open("rb") as handle:
            return _read_header(handle, str(path))
    except OSError as fault:
        raise files.read_failure(str(path), fault) from fault


def _read_header(handle: BinaryIO, where: str) -> BigWigHeader:
    size = handle.seek(0, os.SEEK_END)
    handle.seek(0)
    head = handle.read(HEADER.size)
    if head[:4] != struct.pack("<I", MAGIC):
        _refuse_other(head, where)
    if len(head) < HEADER.size:
        _refuse_cut(where, size, f"the header alone has {HEADER.size}")
    _, version, n_zooms, chrom_tree, data, index, _, _, _, summary, buffer, _ = HEADER.unpack(head)
    last = max(chrom_tree + TREE.size, data + 8, index + INDEX.size if index else 0, summary + 8)
    if last > size:
        _refuse_cut(where, size, f"a part of it ends at byte {last}")
    handle.seek(size - 4)
    if handle.read(4) != struct.pack("<I", MAGIC):
        _refuse_cut(where, size, "its closing signature is missing")
    if buffer > _LARGEST_BUFFER:
        _refuse_damaged(where, f"its blocks claim {counted(buffer, 'byte')} each")
    _check_chrom_tree(_unpack(handle, chrom_tree, TREE), where, size)
    if index:
        _check_index(_unpack(handle, index, INDEX), where, size)
    n_blocks = _unpack(handle, data, _COUNT)[0]
    n_covered = _unpack(handle, summary, _COUNT)[0] if summary else None
    return BigWigHeader(version, n_zooms, chrom_tree, data, index, summary, n_blocks, n_covered, buffer > 0)


def _unpack(handle: BinaryIO, offset: int, layout: struct.Struct) -> tuple:
    handle.seek(offset)
    return layout.unpack(handle.read(layout.size))


def _check_chrom_tree(tree: tuple, where: str, size: int) -> None:
    """Refuse sizes in the chromosome list that would make the library take all memory."""
    magic, block, key_bytes, value_bytes, n_chroms, _ = tree
    if magic != TREE_MAGIC or value_bytes != 8 or not 0 < key_bytes <= size or block == 0:
        _refuse_damaged(where, "its chromosome list is not readable")
    if n_chroms * (key_bytes + value_bytes) > size:
        _refuse_damaged(where, f"it claims {counted(n_chroms, 'chromosome')}")


def _check_index(index: tuple, where: str, size: int) -> None:
    if index[0] != INDEX_MAGIC or index[1] == 0:
        _refuse_damaged(where, "its index is not readable")
    if index[2] > size:
        _refuse_damaged(where, f"its index claims {counted(index[2], 'block')}")


def _refuse_damaged(where: str, why: str) -> None:
    raise DataError("E327", where, f"is damaged ({why})", "Copy it anew from its source.")


def _refuse_cut(where: str, size: int, why: str) -> None:
    raise DataError(
        "E326", where, f"is cut off: it has {counted(size, 'byte')}, {why}", "Copy it anew from its source."
    )


def _refuse_other(head: bytes, where: str) -> None:
    if not head:
        raise DataError("E323", where, "is empty (0 bytes), no bigWig", "Copy it anew from its source.")
    for magic, found, todo in _KINDS:
        if head.startswith(magic):
            raise DataError("E323", where, found, todo)
    start = head.split(b"\n")[0].rstrip(b"\r")
    if _BEDGRAPH.match(head):
        shown = start.decode("latin-1").replace("\t", " ")
        todo = "Let its name end in .bedGraph: it is read as it is."
        raise DataError("E323", where, f"is bedGraph text ({shown}), no bigWig", todo)
    if start.isascii() and start.decode().replace("\t", " ").isprintable():
        raise DataError(
            "E323",
            where,
            f"is text that begins with {start[:16].decode()!r}, no bigWig",
            "Convert wig to bigWig; let the name of a bedGraph end in .bedGraph.",
        )
    raise DataError(
        "E323", where, f"is no bigWig: it begins with the bytes {head[:4].hex(' ')}", "Check the file."
    )
