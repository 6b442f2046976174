"""Where the model's windows lie so that every predicted bin has context on both sides.

A chromosome is cut into tiles on one fixed grid; a tile is what is kept of one window. Because the grid
starts at the chromosome's first base whatever the region, two overlapping regions get the same values.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Bool

from senformer.core.errors import ConfigError
from senformer.core.schema import Column, TableSchema

TILES = TableSchema(
    "windows",
    (
        Column("chrom", "string", "", "chromosome"),
        Column("start", "int64", "bp", "first base that the model read; negative beyond the chromosome"),
        Column("end", "int64", "bp", "base after the last one that the model read"),
        Column("keep_start", "int64", "bp", "first base of the bins taken from this window"),
        Column("keep_end", "int64", "bp", "base after the last bin taken from this window"),
        Column("padded_left_bp", "int64", "bp", "bases before the chromosome's start, read as N"),
        Column("padded_right_bp", "int64", "bp", "bases after the chromosome's end, read as N"),
    ),
)


@dataclass(frozen=True)
class TileGrid:
    """Geometry of windows and of what is kept of each.

    Attributes
    ----------
    window_bp, bin_bp, crop_bins
        The model's input, its bin, and the bins at each side that it gives no output for.
    context_bp
        Sequence that every kept bin has on each side inside its window, in bp. Less only where the
        chromosome ends.
    """

    window_bp: int
    bin_bp: int
    crop_bins: int
    context_bp: int

    @classmethod
    def of(cls, model: Any, context_bp: int | None = None) -> "TileGrid":
        """Return the grid of a model.

        By default a quarter of the window is context on each side, or as much as a model of few bins has.
        """
        most = (model.window_bp - model.bin_bp) // 2
        context = min(model.window_bp // 4, most) if context_bp is None else context_bp
        return cls(model.window_bp, model.bin_bp, model.crop_bins, context)

    def __post_init__(self) -> None:
        """Refuse a geometry that keeps nothing."""
        if self.context_bp < 0 or self.keep_bins < 1:
            most = (self.window_bp - self.bin_bp) // 2
            raise ConfigError(
                "E707",
                "context_bp",
                f"is {self.context_bp}: a window of {self.window_bp} bp keeps no bin with that",
                f"Choose 0 to {most}.",
            )

    @property
    def n_output_bins(self) -> int:
        """Bins that the model gives for one window."""
        return self.window_bp // self.bin_bp - 2 * self.crop_bins

    @property
    def margin_bins(self) -> int:
        """Output bins dropped on each side; the crop counts as context."""
        return max(0, -(-self.context_bp // self.bin_bp) - self.crop_bins)

    @property
    def keep_bins(self) -> int:
        """Bins kept of one window: the width of a tile."""
        return self.n_output_bins - 2 * self.margin_bins

    def n_bins(self, size_bp: int) -> int:
        """Return the number of bins of a chromosome; the last one may hang over its end."""
        return -(-size_bp // self.bin_bp)


def covered_bins(regions: pd.DataFrame, chrom: str, size_bp: int, bin_bp: int) -> Bool[np.ndarray, " bin"]:
    """Return which bins of a chromosome share a base with a region."""
    covered = np.zeros(-(-size_bp // bin_bp), dtype=bool)
    for start, end in regions.loc[regions["chrom"] == chrom, ["start", "end"]].to_numpy():
        covered[start // bin_bp : -(-end // bin_bp)] = True
    return covered


def place_tiles(
    chrom: str, size_bp: int, covered: Bool[np.ndarray, " bin"], grid: TileGrid, tiles_per_shard: int
) -> pd.DataFrame:
    """Return the windows that predict the covered bins of one chromosome.

    A window lies around its tile, moved inside the chromosome where it would leave it: bins near an end
    are taken from the edge of the output, because no sequence exists beyond. N is read only where even
    that is impossible (the crop, the last part of a bin, a chromosome shorter than the window).

    Returns
    -------
    The columns of :data:`TILES`, and ``shard`` (number along the chromosome) and ``first_bin`` (bin of
    the chromosome that the model's output starts at).
    """
    edges = np.arange(0, len(covered), grid.keep_bins)
    tile = np.flatnonzero(np.logical_or.reduceat(covered, edges))
    keep_start = edges[tile]
    first = np.clip(keep_start - grid.margin_bins, 0, max(0, len(covered) - grid.n_output_bins))
    frame = pd.DataFrame(
        {
            "shard": tile // tiles_per_shard,
            "first_bin": first,
            "keep_start": keep_start,
            "keep_end": np.minimum(keep_start + grid.keep_bins, len(covered)),
        }
    )
    # Several tiles at a chromosome's end may share one window: it is read once.
    frame = frame.groupby(["shard", "first_bin"], as_index=False, sort=True).agg(
        {"keep_start": "min", "keep_end": "max"}
    )
    start = (frame["first_bin"] - grid.crop_bins) * grid.bin_bp
    return frame.assign(
        chrom=chrom,
        start=start,
        end=start + grid.window_bp,
        keep_start=frame["keep_start"] * grid.bin_bp,
        keep_end=(frame["keep_end"] * grid.bin_bp).clip(upper=size_bp),
        padded_left_bp=(-start).clip(lower=0),
        padded_right_bp=(start + grid.window_bp - size_bp).clip(lower=0),
    )[[*TILES.names, "shard", "first_bin"]]
