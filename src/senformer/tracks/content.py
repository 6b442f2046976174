"""What a signal file is by its first bytes, where its name or the track table says something else."""

import gzip
import zlib
from pathlib import Path

from senformer.core.errors import DataError
from senformer.genome.bgzf import is_gzip

_BIGWIG = {bytes.fromhex("26fc8f88"), bytes.fromhex("888ffc26")}
_BIGBED = {bytes.fromhex("ebf28987"), bytes.fromhex("8789f2eb")}


def refuse_binary(path: Path, format: str) -> None:
    """Refuse a file that is to be text and is bigWig, bigBed, BAM or CRAM.

    Raises
    ------
    DataError
        It is one of these (E348).
    """
    with path.open("rb") as handle:
        head = handle.read(4)
    if is_gzip(path):
        try:
            with gzip.open(path) as unpacked:
                head = unpacked.read(4)
        except (OSError, EOFError, zlib.error):
            return  # the reader tells of the damage
    kinds = {**dict.fromkeys(_BIGWIG, "bigWig"), **dict.fromkeys(_BIGBED, "bigBed")}
    kind = (kinds | {b"BAM\1": "BAM", b"CRAM": "CRAM"}).get(head)
    if kind:
        found = f"is {kind} by its content, and {format} by its ending or the track table"
        raise DataError("E348", str(path), found, "Mend the column format, or rename the file.")
