"""Signal as runs of equal value, and bins straight from them: the fast way past single bases.

Most signal changes every tens of bases, so that its runs are far fewer than its bases; a bin of 128 bp is
pooled from two or three of them. Equal to :func:`senformer.tracks.binning.bin_signal` of the bases.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32, Float64, Integer

from senformer.tracks.reader import TrackReader
from senformer.tracks.track import STATISTICS


class Runs(NamedTuple):
    """Runs that share no base, by start; NaN is a value that was stored as such."""

    starts: Integer[np.ndarray, " run"]
    ends: Integer[np.ndarray, " run"]
    values: Float32[np.ndarray, " run"]


@runtime_checkable
class RunReader(TrackReader, Protocol):
    """A reader that can also give its signal as runs."""

    def parts(self, chrom: str, start: int, end: int) -> Iterator[Runs]:
        """Yield the runs that share a base with ``[start, end)``, cut to it; raises as ``values``.

        They come some ten thousands at a time, in order and with places in int32: what is made of them
        stays in the processor's cache. Whatever is wrong with the part of the file that they come from is an
        error, not only what shows in the values: a dataset is built without reading the file before.
        """
        ...

    def check(self) -> None:
        """Check what tells where the signal lies, without reading it; raises as ``parts``."""
        ...


def cut_runs(runs: Runs, start: int, end: int) -> Runs:
    """Return the runs that share a base with ``[start, end)``, cut to it; no base is copied but at its ends.

    Examples
    --------
    >>> runs = Runs(np.array([0, 10]), np.array([10, 15]), np.array([1, 3], dtype=np.float32))
    >>> cut_runs(runs, 4, 10).starts.tolist(), cut_runs(runs, 4, 10).ends.tolist()
    ([4], [10])
    """
    # In the type of the column: with another one, the whole of it would be copied first.
    low = int(np.searchsorted(runs.ends, runs.ends.dtype.type(start), "right"))
    high = int(np.searchsorted(runs.starts, runs.starts.dtype.type(end), "left"))
    starts, ends, values = (column[low:high] for column in runs)
    if len(starts) and starts[0] < start:
        starts = starts.copy()
        starts[0] = start
    if len(ends) and ends[-1] > end:
        ends = ends.copy()
        ends[-1] = end
    return Runs(starts, ends, values)


def join_runs(parts: Iterable[Runs]) -> Runs:
    """Return consecutive runs as one; none where there are no parts."""
    none = Runs(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.float32))
    return Runs(*(np.concatenate(column) for column in zip(none, *parts, strict=True)))


class Pooled(NamedTuple):
    """Bins of some bases, in float64; one with a NaN base is NaN."""

    values: Float64[np.ndarray, " bin"]
    n_nan_bases: int


def pool_runs(
    parts: Iterable[Runs], start: int, bin_bp: int, n_bins: int, stat: str, uncovered: float
) -> Pooled:
    """Pool runs into bins, and count the bases that are NaN.

    Parameters
    ----------
    parts
        Runs inside the bins, in order.
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
    >>> pool_runs([runs], 10, 3, 2, "sum", 0.0)
    Pooled(values=array([3., 4.]), n_nan_bases=0)
    """
    if stat not in STATISTICS:
        raise ValueError(f"no pooling is called {stat!r}; known are {', '.join(STATISTICS)}")
    pooled = np.full(n_bins, -np.inf if stat == "max" else 0.0)
    covered, counts_covered = np.zeros(n_bins), stat == "max" or bool(np.isnan(uncovered))
    n_covered = n_nan = 0
    for runs in parts:
        lengths = runs.ends - runs.starts
        n_covered += int(lengths.sum())
        n_nan += int(lengths[np.isnan(runs.values)].sum())
        for piece in _pieces(runs, lengths, start, bin_bp):
            _add(pooled, piece, stat)
            if counts_covered:
                _add(covered, piece, "cover")
    if stat == "max" and uncovered == 0:
        pooled = np.where(covered < bin_bp, np.maximum(pooled, 0), pooled)
    if stat == "mean":
        pooled /= bin_bp
    if np.isnan(uncovered):
        pooled[covered < bin_bp] = np.nan
        n_nan += n_bins * bin_bp - n_covered
    return Pooled(pooled, n_nan)


class _Pieces(NamedTuple):
    """Parts of runs that lie in one bin each, by bin."""

    bins: Integer[np.ndarray, " piece"]
    lengths: Integer[np.ndarray, " piece"]
    values: Float32[np.ndarray, " piece"]


def _pieces(runs: Runs, lengths: Integer[np.ndarray, " run"], start: int, bin_bp: int) -> Iterator[_Pieces]:
    """Yield what of every run lies in its first bin, which mostly is all of it, and then the rest."""
    first, last = _bin_of(runs.starts - start, bin_bp), _bin_of(runs.ends - (start + 1), bin_bp)
    over = np.flatnonzero(first != last)
    if not len(over):
        yield _Pieces(first, lengths, runs.values)
        return
    borders = (first[over] + 1) * bin_bp + start
    inside = lengths.copy()
    inside[over] = borders - runs.starts[over]
    yield _Pieces(first, inside, runs.values)
    rest = Runs(borders, runs.ends[over], runs.values[over])
    yield _cut(rest, first[over] + 1, last[over], start, bin_bp)


def _bin_of(places: Integer[np.ndarray, " run"], bin_bp: int) -> Integer[np.ndarray, " run"]:
    """Return ``places // bin_bp``; by far the most bins are a power of two, and shifting is faster."""
    if bin_bp & (bin_bp - 1):
        return places // bin_bp
    return places >> (bin_bp.bit_length() - 1)


def _cut(
    runs: Runs,
    first: Integer[np.ndarray, " run"],
    last: Integer[np.ndarray, " run"],
    start: int,
    bin_bp: int,
) -> _Pieces:
    """Return runs cut at the borders of bins; ``first`` and ``last`` are the bins that each lies in."""
    n_each = last - first + 1
    run = np.repeat(np.arange(len(n_each)), n_each)
    before = np.cumsum(n_each) - n_each
    bins = first[run] + np.arange(len(run)) - before[run]
    begins = np.maximum(runs.starts[run], start + bins * bin_bp)
    stops = np.minimum(runs.ends[run], start + (bins + 1) * bin_bp)
    return _Pieces(bins, stops - begins, runs.values[run])


def _add(pooled: Float64[np.ndarray, " bin"], pieces: _Pieces, how: str) -> None:
    """Add pieces to their bins, in place: their sums, their largest or the bases that they cover."""
    if not len(pieces.bins):
        return
    first, n_bins = int(pieces.bins[0]), int(pieces.bins[-1] - pieces.bins[0]) + 1
    inside = pooled[first : first + n_bins]
    bins = pieces.bins - first
    if how == "max":
        heads = np.flatnonzero(np.diff(bins, prepend=-1))
        inside[bins[heads]] = np.maximum(inside[bins[heads]], np.maximum.reduceat(pieces.values, heads))
    else:
        weights = pieces.lengths.astype(np.float64)
        if how != "cover":
            weights *= pieces.values
        inside += np.bincount(bins, weights=weights, minlength=n_bins)
