"""Positives among the labels of windows: which windows have one, and how many each track has."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from senformer.dataset.labels import LabelsConfig
from senformer.dataset.windows import range_sums, target_bin_range

ReadTargets = Callable[[str, int, int], Float[np.ndarray, "bin track"]]

# Bins at a time: of 1,000 tracks they take some 60 MB.
_ROWS = 1 << 14


def has_positive(
    windows: pd.DataFrame, read: ReadTargets, bin_bp: int, crop_bins: int
) -> Bool[np.ndarray, " window"]:
    """Return which windows have a 1 in some track and target bin."""
    found = np.zeros(len(windows), dtype=bool)
    for chrom, rows in _by_chrom(windows):
        lo, hi = target_bin_range(rows, bin_bp, crop_bins)
        is_positive = np.zeros(int(hi.max(initial=0)), dtype=bool)
        for first in range(int(lo.min()), len(is_positive), _ROWS):
            last = min(first + _ROWS, len(is_positive))
            is_positive[first:last] = (read(chrom, first, last) == 1).any(axis=1)
        found[windows.index.get_indexer(rows.index)] = range_sums(is_positive, lo, hi) > 0
    return found


def keep_labelled(
    windows: pd.DataFrame, read: ReadTargets, config: LabelsConfig, bin_bp: int, crop_bins: int
) -> pd.DataFrame:
    """Return windows with their label, 1 where they have a positive; others only where all are kept."""
    positive = has_positive(windows, read, bin_bp, crop_bins)
    labelled = windows.assign(label=positive.astype("int64"))
    return labelled if config.keep == "all" else labelled[positive].reset_index(drop=True)


def label_report(
    windows: pd.DataFrame,
    read: ReadTargets,
    bin_bp: int,
    crop_bins: int,
    n_tracks: int,
    shuffled: Bool[np.ndarray, " window"] | None = None,
) -> dict[str, Any]:
    """Return per track the labels (``n``) and positives among the target bins of windows.

    A bin counts as often as a window has it in its target. All labels of ``shuffled`` windows are 0.
    """
    windows = windows.assign(real=True if shuffled is None else ~shuffled)
    n, n_positive = np.zeros((2, n_tracks), dtype=np.int64)
    for chrom, rows in _by_chrom(windows):
        lo, hi = target_bin_range(rows, bin_bp, crop_bins)
        real = rows["real"].to_numpy()
        times, real_times = _times(lo, hi, int(hi.max())), _times(lo[real], hi[real], int(hi.max()))
        for first in range(int(lo.min()), len(times), _ROWS):
            values = read(chrom, first, min(first + _ROWS, len(times)))
            part = slice(first, first + len(values))
            n += times[part] @ ~np.isnan(values)
            n_positive += real_times[part] @ (values == 1)
    fraction = [int(p) / int(k) if k else None for p, k in zip(n_positive, n, strict=True)]
    return {
        "n_windows": len(windows),
        "n": n.tolist(),
        "n_positive": n_positive.tolist(),
        "positive_fraction": fraction,
    }


def _times(
    lo: Int[np.ndarray, " window"], hi: Int[np.ndarray, " window"], n_bins: int
) -> Int[np.ndarray, " bin"]:
    """Return how many windows have each bin in their target."""
    return np.cumsum(np.bincount(lo, minlength=n_bins + 1) - np.bincount(hi, minlength=n_bins + 1))[:-1]


def _by_chrom(windows: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [(str(chrom), rows) for chrom, rows in windows.groupby("chrom", sort=False)]
