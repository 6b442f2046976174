"""Windows that reach beyond chromosomes, the slow way: one window, one base, one bin at a time."""

import math

import numpy as np


def padded_starts(
    region: tuple[int, int], size: int, window_bp: int, stride_bp: int, bin_bp: int, crop_bins: int
) -> list[int]:
    """Return where windows begin: beyond the chromosome only where the region ends with it."""
    crop_bp, bases = crop_bins * bin_bp, size // bin_bp * bin_bp
    start = region[0] - crop_bp if region[0] == 0 else math.ceil(region[0] / bin_bp) * bin_bp
    starts = []
    while True:
        inside = start + window_bp <= region[1]
        is_target = start + crop_bp < bases
        if region[1] < size and not inside:
            return starts
        if region[1] >= size and (not is_target or (starts and starts[-1] + window_bp - crop_bp >= bases)):
            return starts
        starts.append(start)
        start += stride_bp


def padded_codes(codes: np.ndarray, start: int, end: int) -> list[int]:
    """Return a window's codes, N beyond the chromosome."""
    return [int(codes[at]) if 0 <= at < len(codes) else 4 for at in range(start, end)]


def padded_targets(values: np.ndarray, lo: int, hi: int) -> np.ndarray:
    """Return a window's targets (bin, track), NaN beyond the whole bins of the chromosome."""
    none = np.full(values.shape[1], np.nan)
    return np.array([values[at] if 0 <= at < len(values) else none for at in range(lo, hi)])
