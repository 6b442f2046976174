"""Positives among the labels of windows: which windows have one, and how many each track has."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

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


def label_report(
    windows: pd.DataFrame, read: ReadTargets, bin_bp: int, crop_bins: int, n_tracks: int
) -> dict[str, Any]:
    """Return per track the labels (``n``) and positives among the target bins of windows.

    A bin counts as often as a window has it in its target.
    """
    n, n_positive = np.zeros((2, n_tracks), dtype=np.int64)
    for chrom, rows in _by_chrom(windows):
        lo, hi = target_bin_range(rows, bin_bp, crop_bins)
        # How many windows have each bin in their target.
        steps = np.bincount(lo, minlength=int(hi.max()) + 1) - np.bincount(hi, minlength=int(hi.max()) + 1)
        times = np.cumsum(steps)[:-1]
        for first in range(int(lo.min()), len(times), _ROWS):
            values = read(chrom, first, min(first + _ROWS, len(times)))
            part = times[first : first + len(values)]
            n += part @ ~np.isnan(values)
            n_positive += part @ (values == 1)
    fraction = [int(p) / int(k) if k else None for p, k in zip(n_positive, n, strict=True)]
    return {
        "n_windows": len(windows),
        "n": n.tolist(),
        "n_positive": n_positive.tolist(),
        "positive_fraction": fraction,
    }


def _by_chrom(windows: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [(str(chrom), rows) for chrom, rows in windows.groupby("chrom", sort=False)]
