"""Records of a bgzipped VCF near some places, found by its index (``.csi`` or ``.tbi``) through htslib."""

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pysam

from senformer.core.errors import DataError
from senformer.genome.bgzf import is_bgzf
from senformer.genome.fasta import quiet_htslib

_LOG = logging.getLogger(__name__)
_TODO = "Make the index anew: tabix -f -p vcf FILE. Or remove it: the whole file is read then."

Places = Sequence[tuple[int, int]]


def find_index(path: Path) -> Path | None:
    """Return the index beside a VCF; None without one, or where the file was changed after all were made."""
    found = [index for ending in (".csi", ".tbi") if (index := Path(f"{path}{ending}")).is_file()]
    if not found or not is_bgzf(path):
        return None
    made_ns = path.stat().st_mtime_ns
    for index in found:
        if index.stat().st_mtime_ns >= made_ns:
            return index
    _LOG.warning("%s is older than its file, which is read as a whole. Make it anew with tabix.", found[0])
    return None


def read_near(path: Path, index: Path, places_of: Callable[[str], Places]) -> Iterator[tuple[str, str]]:
    """Yield where each record stands (for messages) and its line, once and in the order of the file.

    Parameters
    ----------
    path, index
        The VCF and what :func:`find_index` found.
    places_of
        Of the name of a chromosome in the file: start and end (0-based, half-open) of what is wanted, in
        order and apart. Records that overlap with them come, and perhaps others.

    Raises
    ------
    DataError
        The index is damaged or of another file (E263), or the file is damaged (E228).
    """
    with quiet_htslib():
        try:
            file = pysam.TabixFile(str(path), index=str(index), encoding="utf-8")
        except (OSError, ValueError) as fault:
            raise DataError("E263", str(index), f"is no index of {path.name} ({fault})", _TODO) from fault
        with file:
            for chrom in file.contigs:
                places, before = places_of(chrom), -1
                # htslib ends at a record of another chromosome and says nothing.
                if places and next(_fetch(file, path, chrom), None) is None:
                    raise DataError("E263", str(index), f"leads to no record of {chrom}", _TODO)
                for start, end in places:
                    for line in _fetch(file, path, chrom, start, end):
                        position = int(line.split("\t", 2)[1])
                        if position > before:  # else it came with the place before
                            yield f"{path} {chrom}:{position}", line
                    before = end


def _fetch(
    file: pysam.TabixFile, path: Path, chrom: str, start: int | None = None, end: int | None = None
) -> Iterator[str]:
    try:
        yield from file.fetch(chrom, start=start, end=end)
    except (OSError, ValueError) as fault:  # a UnicodeDecodeError is one
        where = f"{path} {chrom}" + ("" if start is None else f":{start}-{end}")
        found = f"cannot be read by its index ({fault})"
        raise DataError("E228", where, found, "Get the file again, and make its index anew.") from fault
