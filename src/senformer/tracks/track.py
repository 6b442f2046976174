"""One row of the track table: where a measured signal lies and how its bases become targets.

The dataset copies these fields into its store and the model card, so that a prediction can be brought
back to measured units.
"""

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Int64

from senformer.core.errors import SenformerError
from senformer.tracks.orders import DEFAULT

STATISTICS = ("sum", "mean", "max")
UNCOVERED = ("zero", "nan")
MISSING_CHROMS = ("error", "nan")
# Formats that do not list the chromosomes that they hold no signal for.
WITHOUT_LIST = ("bedgraph", "peaks")
# How tables of results name all tracks, beside assays: no assay is called so. And those without an assay.
ALL_TRACKS = "all"
NO_ASSAY = "unknown"


@dataclass(frozen=True)
class Track:
    """A measured track and the policies that turn its bases into bins.

    Attributes
    ----------
    index
        Position in the track table and on the track axis, from 0.
    name
        Unique name.
    path
        The signal file.
    assay
        Kind of experiment, for instance ``CAGE``; metrics are grouped by it.
    strand
        ``+``, ``-`` or ``.`` (unstranded).
    description
        Free text.
    strand_pair
        Index of the same experiment's other strand; the own index when there is none.
    uncovered
        What a base that the file does not cover is: ``zero``, or ``nan`` (masked).
    missing_chroms
        A chromosome that the file does not list is an ``error``, or ``nan`` (masked).
    clip
        Upper bound of a bin, before scaling; None for no bound.
    clip_soft
        Above this, a bin grows with the square root of the excess; None for never.
    scale
        Factor of every bin, applied last.
    sum_stat
        How the bases of a bin are pooled: ``sum``, ``mean`` or ``max``.
    sqrt
        Whether the pooled value becomes ``sqrt(1 + x) - 1`` before clipping.
    target_order
        Order of the steps from signal to target, a row of ``tracks.orders.ORDERS``.
    clip_extreme
        Bound of the finished target, up and down, that a quantile of the data gave; None for none.
    format
        Kind of the signal file, a name of ``tracks.FORMATS``.
    options
        How a file of that format is read, ``key=value;key=value``; blank for the defaults.
    line
        Line of the table that holds the track, for messages; 0 when it comes from elsewhere.
    """

    index: int
    name: str
    path: Path
    assay: str = NO_ASSAY
    strand: str = "."
    description: str = ""
    strand_pair: int = -1
    uncovered: Literal["zero", "nan"] = "zero"
    missing_chroms: Literal["error", "nan"] = "error"
    clip: float | None = None
    clip_soft: float | None = None
    scale: float = 1.0
    sum_stat: Literal["sum", "mean", "max"] = "sum"
    sqrt: bool = False
    target_order: str = DEFAULT
    clip_extreme: float | None = None
    format: str = "bigwig"
    options: str = ""
    line: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        """Make a track without a pair its own pair."""
        if self.strand_pair < 0:
            object.__setattr__(self, "strand_pair", self.index)

    def __str__(self) -> str:
        """Name the track, and the line of its table where there is one."""
        where = f", line {self.line} of its table" if self.line else ""
        return f"track {self.name}{where}"


@contextlib.contextmanager
def faults_named(track: Track) -> Iterator[None]:
    """Add the track and its line of the table to any fault of its file, and the folder of a missing one."""
    try:
        yield
    except SenformerError as fault:
        found, todo = fault.found, fault.todo
        if fault.code == "E320":
            found = f"{found} (looked for in {os.path.dirname(os.path.abspath(track.path))})"
            todo = "Check the column file; a relative path begins at the table's folder."
        raise type(fault)(fault.code, f"{track}: {fault.where}", found, todo) from fault


def strand_permutation(tracks: Sequence[Track]) -> Int64[np.ndarray, " track"]:
    """Return, for each track, the position of its other strand: the order under reverse complement.

    Raises
    ------
    ValueError
        A track's other strand is not among ``tracks``.
    """
    position = {track.index: place for place, track in enumerate(tracks)}
    for track in tracks:
        if track.strand_pair not in position:
            raise ValueError(
                f"the other strand of track {track.name} (index {track.strand_pair}) is left out"
            )
    return np.array([position[track.strand_pair] for track in tracks], dtype=np.int64)
