"""Labels the plain way: base by base, bin by bin, window by window."""

import numpy as np
import pandas as pd


def label_bins(peaks: list[tuple[int, int]], size: int, bin_bp: int, fraction: float) -> np.ndarray:
    """Return 1 for every whole bin of which peaks cover at least ``fraction``."""
    covered = np.zeros(size, dtype=bool)
    for start, end in peaks:
        covered[start:end] = True
    found = []
    for lo in range(0, size - bin_bp + 1, bin_bp):
        found.append(float(covered[lo : lo + bin_bp].sum() >= fraction * bin_bp))
    return np.array(found)


def window_labels(targets: dict[str, np.ndarray], windows: pd.DataFrame, bin_bp: int, crop: int) -> list:
    """Return the target bins of every window."""
    return [
        targets[row.chrom][row.start // bin_bp + crop : row.end // bin_bp - crop]
        for row in windows.itertuples()
    ]


def gc(codes: dict[str, np.ndarray], windows: pd.DataFrame) -> list[float]:
    """Return the GC content of every window's known bases."""
    found = []
    for row in windows.itertuples():
        part = codes[row.chrom][row.start : row.end]
        known = part[part < 4]
        found.append(float(np.isin(known, (1, 2)).mean()) if len(known) else float("nan"))
    return found
