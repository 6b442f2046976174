"""Read bigWig files, strictly; key ``bigwig`` of ``FORMATS``."""

import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pybigtools
from jaxtyping import Float32

from senformer.core.errors import DataError, MissingInputError
from senformer.tracks.bigwig_write import write_bigwig

__all__ = ["BigWigReader", "open_bigwig", "write_bigwig"]


class BigWigReader:
    """An open bigWig file; see :class:`senformer.tracks.reader.TrackReader`."""

    def __init__(self, path: str | os.PathLike) -> None:
        self.path = Path(path)
        self._handle: Any = None
        self._pid = -1
        self.chrom_sizes: dict[str, int] = dict(self._open().chroms())

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_handle": None, "_pid": -1}

    def _open(self) -> Any:
        if self._pid != os.getpid():
            if not self.path.is_file():
                raise MissingInputError("E320", str(self.path), "no such file", "Check the path.")
            self._handle, self._pid = pybigtools.open(str(self.path)), os.getpid()
        return self._handle

    def values(
        self, chrom: str, start: int, end: int, uncovered: float = math.nan
    ) -> Float32[np.ndarray, " base"]:
        """Return the signal at every base of ``[start, end)``; see the protocol."""
        handle = self._open()
        if chrom not in self.chrom_sizes:
            raise DataError("E324", str(self.path), f"lists no chromosome {chrom!r}", "Check the names.")
        if not 0 <= start < end <= self.chrom_sizes[chrom]:
            raise DataError(
                "E325",
                f"{self.path} {chrom}:{start}-{end}",
                f"outside the chromosome, which has {self.chrom_sizes[chrom]} bp",
                "",
            )
        found = handle.values(chrom, start, end, fillna=None)
        hollow = np.isnan(found)
        if not math.isnan(uncovered) and hollow.any():
            covered = handle.values(
                chrom, start, end, bins=end - start, summary="bases_covered", exact=True, fillna=None
            )
            found[hollow & (covered == 0)] = uncovered
        return found.astype(np.float32)


def open_bigwig(path: str | os.PathLike) -> BigWigReader:
    """Open a bigWig file."""
    return BigWigReader(path)
