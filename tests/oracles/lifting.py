"""Values of a copy carried to the reference base by base: the slow twin of ``predict.lift``."""

import numpy as np


def lift(values: np.ndarray, places: list[int], bin_bp: int, first_bin: int, n_bins: int) -> np.ndarray:
    """Return (bin, track): each base of the copy gives its share to the bin of the base it stands for."""
    found = np.zeros((n_bins, values.shape[1]))
    for base, place in enumerate(places):
        target = place // bin_bp - first_bin
        if 0 <= target < n_bins:
            found[target] += values[base // bin_bp] / bin_bp
    return found
