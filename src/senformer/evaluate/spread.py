"""How sure an evaluation's correlations are: 95 % intervals, and the blocks of windows behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from senformer.core.commit import commit_file
from senformer.evaluate.bootstrap import FEWEST_BLOCKS, Sums, block_sums, correlation, intervals
from senformer.tracks.track import ALL_TRACKS, NO_ASSAY, Track

Blocks = Float64[np.ndarray, "block 2 moment track"]


@dataclass(frozen=True)
class Spread:
    """Intervals of Pearson's r from drawing blocks of windows.

    Attributes
    ----------
    low, high
        Of each track, stored units; NaN where it has no correlation.
    raw, log1p
        Of the mean over each assay's tracks, and over ``ALL_TRACKS``, by name.
    """

    low: Float64[np.ndarray, " track"]
    high: Float64[np.ndarray, " track"]
    raw: dict[str, tuple[float, float]]
    log1p: dict[str, tuple[float, float]]

    def of(self, group: str) -> dict[str, list[float] | None]:
        """Return the intervals of a group's means, as ``metrics.json`` has them."""
        found = {"pearson_ci95": self.raw.get(group), "pearson_log1p_ci95": self.log1p.get(group)}
        return {key: None if ends is None else list(ends) for key, ends in found.items()}


def spread_of(blocks: Blocks, tracks: Sequence[Track]) -> Spread | None:
    """Return the intervals; None where the windows make fewer than ten blocks."""
    if len(blocks) < FEWEST_BLOCKS:
        return None
    assays = np.array([track.assay or NO_ASSAY for track in tracks])
    groups = {str(assay): assays == assay for assay in np.unique(assays)}
    groups[ALL_TRACKS] = np.ones(len(tracks), bool)
    ends, means = [], []
    for place in range(2):
        sums = block_sums(blocks[:, place])
        defined = ~np.isnan(correlation(sums.sum(axis=0)))
        of_tracks, of_groups = intervals(sums, groups, defined)
        ends.append(of_tracks)
        means.append(of_groups)
    return Spread(*ends[0], *means)


def write_blocks(path: Path, blocks: Blocks) -> None:
    """Write ``raw`` and ``log1p``, the plain sums of each block (:func:`block_sums`), as npz."""
    arrays = {"raw": block_sums(blocks[:, 0]), "log1p": block_sums(blocks[:, 1])}
    commit_file(path, lambda temporary: np.savez_compressed(temporary, allow_pickle=False, **arrays))


def read_blocks(path: Path) -> tuple[Sums, Sums]:
    """Read what :func:`write_blocks` wrote: raw and log1p, each (block, sum, track)."""
    with np.load(path, allow_pickle=False) as file:
        return file["raw"], file["log1p"]
