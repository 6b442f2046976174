"""FASTA genomes, plain or bgzip.

Provisional reader behind the final names.
"""

import os
from collections import Counter
from pathlib import Path

import numpy as np
import pysam
from jaxtyping import UInt8

from senformer.core.errors import DataError, MissingInputError
from senformer.core.shapes import N_CODE
from senformer.genome.interval import Interval
from senformer.genome.sequence import count_iupac, encode


class FastaReader:
    """Bases of a genome by position."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        if not self.path.exists():
            raise MissingInputError("E201", str(path), "no such file", "Check the path.")
        self.iupac_counts: Counter[str] = Counter()
        self._open()
        self.chrom_sizes = dict(zip(self._handle.references, self._handle.lengths, strict=True))

    def _open(self) -> None:
        self._handle = pysam.FastaFile(str(self.path.resolve()))
        self._pid = os.getpid()

    def fetch(self, chrom: str, start: int, end: int) -> UInt8[np.ndarray, " base"]:
        """Return the codes of a stretch that lies inside the chromosome."""
        if self._pid != os.getpid():
            self._open()
        if chrom not in self.chrom_sizes or not 0 <= start < end <= self.chrom_sizes[chrom]:
            raise DataError(
                "E208", f"{self.path} {chrom}:{start}-{end} (0-based)", "lies outside", "Check it."
            )
        text = self._handle.fetch(chrom, start, end).encode()
        self.iupac_counts += count_iupac(text)
        return encode(text)

    def fetch_padded(self, interval: Interval) -> tuple[UInt8[np.ndarray, " base"], int, int]:
        """Return codes with N beyond the ends, and how many bases were padded left and right."""
        size = self.chrom_sizes[interval.chrom]
        left, right = max(0, -interval.start), max(0, interval.end - size)
        codes = np.full(interval.width, N_CODE, np.uint8)
        codes[left : interval.width - right] = self.fetch(
            interval.chrom, interval.start + left, interval.end - right
        )
        return codes, left, right

    def check(self) -> None:
        """Scan the whole file."""

    def __getstate__(self) -> dict:
        return {"path": self.path}

    def __setstate__(self, state: dict) -> None:
        self.__init__(state["path"])


def open_fasta(path: str | os.PathLike) -> FastaReader:
    """Open a FASTA genome."""
    return FastaReader(Path(path))
