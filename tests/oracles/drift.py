"""Drift written out: all predictions side by side, one track and one band of distances at a time."""

import numpy as np
import scipy.stats


def distance(bin_, n_bins):
    """Return how far a bin is from the nearer end of its window."""
    return min(bin_, n_bins - 1 - bin_)


def drift(own, other, bins):
    """Return r, RMS difference, that by the other's standard deviation, and the largest, of some bins.

    ``own`` and ``other`` are (window, bin, track) predictions.
    """
    rows = []
    for track in range(own.shape[2]):
        x, y = (values[:, bins, track].ravel().astype(float) for values in (own, other))
        spread = np.std(other[:, :, track].ravel().astype(float))
        rms = np.sqrt(np.mean((x - y) ** 2))
        rows.append((scipy.stats.pearsonr(x, y).statistic, rms, rms / spread, np.abs(x - y).max()))
    return np.array(rows).T


def stitched(predict, codes, tiles, window_bp):
    """Return one model's predictions of a longer stretch, window by window, each bin from its own."""
    return np.concatenate([predict(codes[first : first + window_bp])[bins] for first, bins in tiles])
