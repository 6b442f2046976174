"""Signal as runs of equal value, and bins straight from them: the fast way past single bases.

Most signal changes every tens of bases, so that its runs are far fewer than its bases; a bin of 128 bp is
pooled from two or three of them. Equal to :func:`senformer.tracks.binning.bin_signal` of the bases.
"""

from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32, Float64, Int64

from senformer.tracks.reader import TrackReader
from senformer.tracks.track import STATISTICS


class Runs(NamedTuple):
    """Runs that share no base, by start; NaN is a value that was stored as such."""

    starts: Int64[np.ndarray, " run"]
    ends: Int64[np.ndarray, " run"]
    values: Float32[np.ndarray, " run"]


@runtime_checkable
class RunReader(TrackReader, Protocol):
    """A reader that can also give its signal as runs."""

    def runs(self, chrom: str, start: int, end: int) -> Runs:
        """Return the runs that share a base with ``[start, end)``, cut to it; raises as ``values``.

        Whatever is wrong with the part of the file that they come from is an error, not only what shows in
        the values: a dataset is built without reading the file before.
        """
        ...

    def check(self) -> None:
        """Check what tells where the signal lies, without reading it; raises as ``runs``."""
        ...


def bin_runs(
    runs: Runs, start: int, bin_bp: int, n_bins: int, stat: str, uncovered: float
) -> Float64[np.ndarray, " bin"]:
    """Pool runs into bins, in float64; a bin with a NaN base is NaN.

    Parameters
    ----------
    runs
        Inside the bins.
    start
        First base of the first bin.
    bin_bp, n_bins
        The bins.
    stat
        ``sum``, ``mean`` or ``max``.
    uncovered
        What a base without a run is: 0 or NaN.

    Examples
    --------
    >>> runs = Runs(np.array([10, 14]), np.array([14, 15]), np.array([1, 3], dtype=np.float32))
    >>> bin_runs(runs, 10, 3, 2, "sum", 0.0)
    array([3., 4.])
    """
    if stat not in STATISTICS:
        raise ValueError(f"no pooling is called {stat!r}; known are {', '.join(STATISTICS)}")
    first, last = (runs.starts - start) // bin_bp, (runs.ends - 1 - start) // bin_bp
    spans = first != last
    if spans.any():
        # Runs inside one bin, which most are, go as they are; the others are cut at the borders.
        cut = _cut(Runs(*(part[spans] for part in runs)), first[spans], last[spans], start, bin_bp)
        whole = Runs(*(part[~spans] for part in runs))
        pieces = [_Pieces(first[~spans], whole.ends - whole.starts, whole.values), cut]
    else:
        pieces = [_Pieces(first, runs.ends - runs.starts, runs.values)]
    covered = sum(np.bincount(p.bins, weights=p.lengths, minlength=n_bins) for p in pieces)
    if stat == "max":
        pooled = np.maximum.reduce([_largest(p, n_bins) for p in pieces])
        if uncovered == 0:
            pooled = np.where(covered < bin_bp, np.maximum(pooled, 0), pooled)
    else:
        weighted = (
            np.bincount(p.bins, weights=p.lengths * p.values.astype(np.float64), minlength=n_bins)
            for p in pieces
        )
        pooled = np.asarray(sum(weighted), dtype=np.float64)
        pooled = pooled / bin_bp if stat == "mean" else pooled
    if np.isnan(uncovered):
        pooled[covered < bin_bp] = np.nan
    return pooled


class _Pieces(NamedTuple):
    """Parts of runs that lie in one bin each, by bin."""

    bins: Int64[np.ndarray, " piece"]
    lengths: Int64[np.ndarray, " piece"]
    values: Float32[np.ndarray, " piece"]


def _cut(
    runs: Runs, first: Int64[np.ndarray, " run"], last: Int64[np.ndarray, " run"], start: int, bin_bp: int
) -> _Pieces:
    """Return runs cut at the borders of bins; ``first`` and ``last`` are the bins that each lies in."""
    n_each = last - first + 1
    run = np.repeat(np.arange(len(n_each)), n_each)
    before = np.cumsum(n_each) - n_each
    bins = first[run] + np.arange(len(run)) - before[run]
    begins = np.maximum(runs.starts[run], start + bins * bin_bp)
    stops = np.minimum(runs.ends[run], start + (bins + 1) * bin_bp)
    return _Pieces(bins, stops - begins, runs.values[run])


def _largest(pieces: _Pieces, n_bins: int) -> Float64[np.ndarray, " bin"]:
    """Return the largest value of every bin (NaN if one is NaN), minus infinity where there is none."""
    pooled = np.full(n_bins, -np.inf)
    if len(pieces.bins):
        heads = np.flatnonzero(np.diff(pieces.bins, prepend=-1))
        pooled[pieces.bins[heads]] = np.maximum.reduceat(pieces.values, heads)
    return pooled


def nan_bases(runs: Runs, n_bases: int, uncovered: float) -> int:
    """Return how many of ``n_bases`` are NaN: stored as such, or uncovered where that is NaN."""
    lengths = runs.ends - runs.starts
    stored = int(lengths[np.isnan(runs.values)].sum())
    return stored + (n_bases - int(lengths.sum()) if np.isnan(uncovered) else 0)
