"""What every reader of measured signal offers, whatever the format; ``FORMATS`` lists the kinds."""

import math
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32


@runtime_checkable
class TrackReader(Protocol):
    """An open signal file.

    A reader belongs to the process that uses it: it reopens after a fork and when unpickled.
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
