"""How far the accuracy would move on other windows: intervals from blocks of windows drawn with replacement.

Neighboring windows resemble one another, so that whole stretches of them are drawn. All that a draw needs
are the moments of each block, so that thousands of draws cost less than one more prediction.

Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 8 (blocks), 13 (percentiles).
"""

from collections.abc import Iterator, Mapping

import numpy as np
from jaxtyping import Bool, Float64, Int

MOST_BLOCKS = 64
# Of fewer blocks the draws are too few different ones for a percentile to mean something.
FEWEST_BLOCKS = 10
N_DRAWS = 1_000
SEED = 1
# Tracks at a time: all draws of theirs fit a cache.
_COLUMNS = 256

States = Float64[np.ndarray, "block moment track"]
Sums = Float64[np.ndarray, "*draw sum track"]


def block_edges(n_windows: int) -> Int[np.ndarray, " edge"]:
    """Return the first window of each block and the end of the last: at most 64 blocks of about equal size.

    Examples
    --------
    >>> block_edges(3).tolist(), block_edges(128).tolist()[:3]
    ([0, 1, 2, 3], [0, 2, 4])
    """
    return np.linspace(0, n_windows, min(n_windows, MOST_BLOCKS) + 1).round().astype(int)


def block_sums(states: States) -> Sums:
    """Return plain sums of each block from its moments (``PearsonSums.state``), all about one center a track.

    Rows: values, sums of predictions and targets, of their squares, and of their products. The center is the
    mean over all blocks; about it, plain sums lose no digits.
    """
    n, means, squares, products = states[:, 0], states[:, 1:3], states[:, 3:5], states[:, 5]
    total = np.maximum(n.sum(axis=0), 1)
    gaps = means - (n[:, None] * means).sum(axis=0) / total
    return np.concatenate(
        [
            n[:, None],
            n[:, None] * gaps,
            squares + n[:, None] * gaps**2,
            (products + n * gaps[:, 0] * gaps[:, 1])[:, None],
        ],
        axis=1,
    )


def correlation(sums: Sums) -> Float64[np.ndarray, "*draw track"]:
    """Return Pearson's r of sums as :func:`block_sums` gives them; NaN where a side is constant."""
    n, x, y, xx, yy, xy = np.moveaxis(sums, -2, 0)
    n = np.maximum(n, 1)
    spread_x, spread_y = xx - x * x / n, yy - y * y / n
    # What rounding leaves of a constant is no spread.
    varies = (spread_x > 1e-12 * xx) & (spread_y > 1e-12 * yy)
    found = np.full(n.shape, np.nan)
    spread = np.sqrt(np.where(varies, spread_x, 1.0)) * np.sqrt(np.where(varies, spread_y, 1.0))
    np.divide(xy - x * y / n, spread, out=found, where=varies)
    return np.clip(found, -1.0, 1.0)


def draw_blocks(n_blocks: int, n_draws: int = N_DRAWS, seed: int = SEED) -> Float64[np.ndarray, "draw block"]:
    """Return how often each block is in each draw; a draw has as many blocks as there are."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(n_blocks, np.full(n_blocks, 1 / n_blocks), n_draws).astype(np.float64)


def intervals(
    sums: Sums, groups: Mapping[str, Bool[np.ndarray, " track"]], defined: Bool[np.ndarray, " track"]
) -> tuple[Float64[np.ndarray, "2 track"], dict[str, tuple[float, float]]]:
    """Return the 95 % interval of each track's r, and of the mean over each group of tracks.

    Parameters
    ----------
    sums
        :func:`block_sums`.
    groups
        Tracks of each group by name.
    defined
        Tracks whose r exists over all blocks; the others are in no mean. Of the draws in which such a track
        has none, the mean is that of the rest.
    """
    ends = np.full((2, sums.shape[-1]), np.nan)
    means = _GroupMeans(groups)
    for part, r in _drawn(sums, draw_blocks(len(sums)), np.flatnonzero(defined)):
        ends[:, part] = np.nanpercentile(r, [2.5, 97.5], axis=0)
        means.add(part, r)
    return ends, means.intervals()


def difference_intervals(
    first: Sums, other: Sums, groups: Mapping[str, Bool[np.ndarray, " track"]]
) -> dict[str, tuple[float, float]]:
    """Return the 95 % interval of each group's mean of other's r - first's, the same blocks drawn for both.

    A window that is hard for one model is hard for the other: drawn together, what they share cancels out.
    Tracks without an r in one of them are in no mean.
    """
    if len(first) < FEWEST_BLOCKS:
        return {}
    weights = draw_blocks(len(first))
    defined = ~np.isnan(correlation(first.sum(axis=0)) + correlation(other.sum(axis=0)))
    pairs = zip(*(_drawn(sums, weights, np.flatnonzero(defined)) for sums in (first, other)), strict=True)
    means = _GroupMeans(groups)
    for (part, r_first), (_, r_other) in pairs:
        means.add(part, r_other - r_first)
    return means.intervals()


def _drawn(
    sums: Sums, weights: Float64[np.ndarray, "draw block"], tracks: Int[np.ndarray, " some"]
) -> Iterator[tuple[Int[np.ndarray, " part"], Float64[np.ndarray, "draw part"]]]:
    """Yield some tracks at a time and their r in every draw."""
    for first in range(0, len(tracks), _COLUMNS):
        part = tracks[first : first + _COLUMNS]
        yield part, correlation(np.tensordot(weights, sums[:, :, part], axes=1))


class _GroupMeans:
    """Means over the tracks of each group, draw by draw; a value that is NaN is in no mean."""

    def __init__(self, groups: Mapping[str, Bool[np.ndarray, " track"]]) -> None:
        self._groups = groups
        self._totals: dict[str, Float64[np.ndarray, "2 draw"]] = {}

    def add(self, part: Int[np.ndarray, " part"], values: Float64[np.ndarray, "draw part"]) -> None:
        for name, members in self._groups.items():
            of_group = values[:, members[part]]
            found = np.array([np.nansum(of_group, axis=1), (~np.isnan(of_group)).sum(axis=1)])
            self._totals[name] = self._totals.get(name, 0) + found

    def intervals(self) -> dict[str, tuple[float, float]]:
        found = {}
        for name, (total, count) in self._totals.items():
            if (count > 0).all():
                low, high = np.percentile(total / count, [2.5, 97.5])
                found[name] = (float(low), float(high))
        return found
