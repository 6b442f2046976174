"""What every reader of measured signal offers, whatever the format; ``FORMATS`` lists the kinds."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32


@dataclass(frozen=True)
class Totals:
    """What a file holds for one chromosome.

    Attributes
    ----------
    n_covered_bp
        Bases that an entry covers, those with a stored NaN included.
    total
        Sum over those bases; not finite if any of them is not.
    """

    n_covered_bp: int
    total: float


@runtime_checkable
class TrackReader(Protocol):
    """An open signal file.

    A reader can be pickled and used after a fork, and tells when the file changes underneath.
    """

    @property
    def path(self) -> Path:
        """The file."""
        ...

    @property
    def chrom_sizes(self) -> dict[str, int]:
        """Chromosomes that the file lists, in its order, with their lengths in bp."""
        ...

    def values(
        self, chrom: str, start: int, end: int, uncovered: float = math.nan
    ) -> Float32[np.ndarray, " base"]:
        """Return the signal at every base of ``[start, end)``.

        Parameters
        ----------
        chrom, start, end
            Interval in bp, 0-based, half-open, inside the chromosome as the file lists it.
        uncovered
            Value of a base that the file does not cover; a NaN that is stored stays NaN.

        Raises
        ------
        DataError
            The file lists no such chromosome, the interval leaves it, or the file is damaged.
        """
        ...

    def scan(self) -> dict[str, Totals]:
        """Read the whole file once and return what it holds per chromosome.

        Raises
        ------
        DataError
            The file is damaged.
        """
        ...
