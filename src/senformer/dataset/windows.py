"""Windows: stretches of the model's input width, tiled inside split regions.

Coordinates are the whole input; the target is the window less ``crop_bins`` at each side.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int

from senformer.core.errors import ConfigError, DataError
from senformer.dataset.by_chrom import places_of, spans_of
from senformer.dataset.config import check_geometry, check_snap

COLUMNS = ["chrom", "start", "end", "split", "fold"]
REASONS = ("unknown_bases", "unmappable", "excluded", "unmeasured")


@dataclass(frozen=True)
class BinFacts:
    """What is known of every whole bin of one chromosome.

    Attributes
    ----------
    n_unknown
        Unknown bases in the bin.
    n_measured
        Tracks with a measured value there.
    excluded
        Whether the bin touches an excluded region.
    unmappable
        Whether reads cannot be placed there; None where that is not known.
    """

    n_unknown: Int[np.ndarray, " bin"]
    n_measured: Int[np.ndarray, " bin"]
    excluded: Bool[np.ndarray, " bin"]
    unmappable: Bool[np.ndarray, " bin"] | None = None


def tile_windows(
    regions_by_split: pd.DataFrame,
    chrom_sizes: Mapping[str, int],
    window_bp: int,
    stride_bp: int | Mapping[str, int | None] | None,
    bin_bp: int,
    crop_bins: int,
    snap_bp: int | None = None,
    edges: str = "drop",
) -> pd.DataFrame:
    """Tile every split region with windows that lie wholly inside it, or reach beyond the chromosome alone.

    The first window starts at the region's first multiple of ``snap_bp``; what is left at the region's end
    and is shorter than a window carries none. Starts are multiples of ``bin_bp``.

    With ``edges="pad"``, where a region begins or ends with its chromosome, the targets begin with the first
    base, and go on until one holds the last whole bin.

    Parameters
    ----------
    regions_by_split
        Columns chrom, start, end, split and, where there are folds, fold; regions share no base.
    chrom_sizes
        Length of every chromosome in bp.
    window_bp, stride_bp, bin_bp, crop_bins
        Geometry; a stride of ``None`` is the target's width, so that targets touch and never overlap. One
        stride for all, or one for each split.
    snap_bp
        A multiple of ``bin_bp``, by default ``bin_bp`` itself; where ``edges`` pads, a divisor of the crop.
    edges
        ``drop`` or ``pad``.

    Returns
    -------
    Columns chrom, start, end, split, fold (None where there is none), in the order of the regions.

    Raises
    ------
    ConfigError
        The geometry does not fit the bins.
    """
    strides = {
        split: checked_stride(window_bp, bin_bp, crop_bins, one)
        for split, one in (stride_bp if isinstance(stride_bp, Mapping) else {"": stride_bp}).items()
    }
    _checked(check_snap, snap_bp, bin_bp, crop_bins, edges)
    snap_bp = snap_bp or bin_bp
    start, end = (regions_by_split[key].to_numpy(dtype=np.int64) for key in ("start", "end"))
    size = np.array([chrom_sizes[chrom] for chrom in regions_by_split["chrom"]], dtype=np.int64)
    is_mapping = isinstance(stride_bp, Mapping)
    step = np.array([strides[x if is_mapping else ""] for x in regions_by_split["split"]], dtype=np.int64)
    crop_bp, pads = crop_bins * bin_bp, edges == "pad"
    first = -(-(start - crop_bp * (pads & (start == 0))) // snap_bp) * snap_bp
    n = (np.minimum(end, size) - window_bp - first) // step + 1
    if pads:
        n = np.where(
            end >= size, _n_to_the_end(first + crop_bp, size, window_bp - 2 * crop_bp, step, bin_bp), n
        )
    n = np.maximum(n, 0)
    region = np.repeat(np.arange(len(n)), n)
    number = np.arange(len(region)) - np.repeat(np.cumsum(n) - n, n)
    starts = first[region] + number * step[region]
    same = {key: _repeated(regions_by_split, key, region) for key in ("chrom", "split", "fold")}
    windows = pd.DataFrame({"start": starts, "end": starts + window_bp, **same})
    return windows[COLUMNS].astype(
        {"chrom": "str", "start": "int64", "end": "int64", "split": "str", "fold": object}
    )


def _n_to_the_end(
    first: Int[np.ndarray, " region"],
    size: Int[np.ndarray, " region"],
    target_bp: int,
    step: Int[np.ndarray, " region"],
    bin_bp: int,
) -> Int[np.ndarray, " region"]:
    """Return how many targets, the first at ``first``, it takes to the chromosome's last whole bin."""
    last = size // bin_bp * bin_bp
    reach = -(-(last - first - target_bp) // step) + 1
    return np.minimum(np.maximum(reach, 1), -(-(last - first) // step))


def _repeated(regions: pd.DataFrame, key: str, rows: Int[np.ndarray, " window"]) -> np.ndarray | None:
    """Return a column at these rows; None where there is no such column."""
    return regions[key].to_numpy(dtype=object)[rows] if key in regions else None


def checked_stride(window_bp: int, bin_bp: int, crop_bins: int, stride_bp: int | None) -> int:
    """Return the stride, by default the target's width, after checking the geometry."""
    _checked(check_geometry, window_bp, bin_bp, crop_bins, stride_bp)
    return stride_bp or window_bp - 2 * crop_bins * bin_bp


def _checked(check: Callable[..., None], *geometry: int | str | None) -> None:
    try:
        check(*geometry)
    except ValueError as fault:
        raise ConfigError("E402", "windows", str(fault), "Mend the geometry.") from fault


def sift_windows(
    windows: pd.DataFrame,
    facts: Callable[[str], BinFacts],
    bin_bp: int,
    crop_bins: int,
    max_n_fraction: float,
    max_unmappable_fraction: float = 1.0,
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Drop windows that carry nothing to learn from, and count them by the first reason that holds.

    Returns
    -------
    The windows kept, and the number dropped as ``unknown_bases`` (more than ``max_n_fraction`` of the
    input is N), ``unmappable`` (more than ``max_unmappable_fraction`` of the target's bins are),
    ``excluded`` (every target bin touches an excluded region) and ``unmeasured`` (no track has a value in
    any target bin). What lies beyond the chromosome is unknown, and is no target.
    """
    reason = np.full(len(windows), "", dtype=object)
    for chrom in windows["chrom"].unique():
        known, rows = facts(str(chrom)), places_of(windows, str(chrom))
        first, last = (spans_of(windows, str(chrom)) // bin_bp).T
        n_bins = len(known.n_unknown)
        lo, hi = np.clip(first + crop_bins, 0, n_bins), np.clip(last - crop_bins, 0, n_bins)
        found = np.full(len(rows), "", dtype=object)
        found[range_sums(known.n_measured > 0, lo, hi) == 0] = "unmeasured"
        found[(range_sums(known.excluded, lo, hi) == hi - lo) & (hi > lo)] = "excluded"
        if known.unmappable is not None:
            found[range_sums(known.unmappable, lo, hi) > max_unmappable_fraction * (hi - lo)] = "unmappable"
        inner = np.clip(first, 0, n_bins), np.clip(last, 0, n_bins)
        n_beyond = (last - first - (inner[1] - inner[0])) * bin_bp
        n_unknown = range_sums(known.n_unknown, *inner) + n_beyond
        found[n_unknown > max_n_fraction * (last - first) * bin_bp] = "unknown_bases"
        reason[rows] = found
    dropped = {name: int((reason == name).sum()) for name in REASONS}
    return windows[reason == ""].reset_index(drop=True), dropped


def is_padded(windows: pd.DataFrame, chrom_sizes: Mapping[str, int]) -> Bool[np.ndarray, " window"]:
    """Return which windows reach beyond an end of their chromosome."""
    size = windows["chrom"].map(dict(chrom_sizes)).to_numpy(dtype=np.int64)
    return (windows["start"].to_numpy() < 0) | (windows["end"].to_numpy() > size)


def inside_chromosomes(regions: pd.DataFrame, chrom_sizes: Mapping[str, int]) -> pd.DataFrame:
    """Return the regions without what hangs over the ends of chromosomes: N, not bases."""
    inside = regions.assign(
        start=regions["start"].clip(lower=0),
        end=np.minimum(regions["end"], regions["chrom"].map(dict(chrom_sizes))),
    )
    return inside[inside["start"] < inside["end"]].reset_index(drop=True)


def refuse_empty_splits(windows: pd.DataFrame, splits: Iterable[str], window_bp: int, why: str) -> None:
    """Raise unless every split has a window.

    Raises
    ------
    DataError
        Names the split, the window's length and ``why`` there is none.
    """
    for split in dict.fromkeys(splits):
        if not (windows["split"] == split).any():
            raise DataError(
                "E403",
                f"split {split!r}",
                f"has no window of {window_bp} bp: {why}",
                "Choose a shorter window, or more of the genome for this split.",
            )


def excluded_bins(exclude: pd.DataFrame, chrom: str, n_bins: int, bin_bp: int) -> Bool[np.ndarray, " bin"]:
    """Return which bins of a chromosome share a base with an excluded region."""
    masked = np.zeros(n_bins, dtype=bool)
    for start, end in spans_of(exclude, chrom).tolist():
        masked[start // bin_bp : -(-end // bin_bp)] = True
    return masked


def target_bin_range(
    windows: pd.DataFrame, bin_bp: int, crop_bins: int
) -> tuple[Int[np.ndarray, " window"], Int[np.ndarray, " window"]]:
    """Return first and end bin of every window's target."""
    lo = windows["start"].to_numpy() // bin_bp + crop_bins
    return lo, windows["end"].to_numpy() // bin_bp - crop_bins


def range_sums(
    values: Int[np.ndarray, " bin"] | Bool[np.ndarray, " bin"],
    lo: Int[np.ndarray, " window"],
    hi: Int[np.ndarray, " window"],
) -> Int[np.ndarray, " window"]:
    """Return the sum of ``values[lo:hi]`` for every pair."""
    running = np.concatenate([[0], np.cumsum(values, dtype=np.int64)])
    return running[hi] - running[lo]
