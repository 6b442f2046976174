"""Targets as pyBigWig gives them, window by window: nothing of ours between the file and the number."""

from pathlib import Path

import numpy as np
import pyBigWig

_POOL = {"sum": np.sum, "mean": np.mean, "max": np.max}


class PeerSignal:
    """One bigWig file, read by pyBigWig."""

    def __init__(self, path: Path) -> None:
        self._file = pyBigWig.open(str(path))
        self.chrom_sizes = dict(self._file.chroms())

    def bins(
        self, chrom: str, start: int, n_bins: int, bin_bp: int, stat: str, uncovered: float
    ) -> np.ndarray:
        """Return the pooled bins from base ``start`` on; NaN on a chromosome that the file does not list."""
        if chrom not in self.chrom_sizes:
            return np.full(n_bins, np.nan)
        values = np.asarray(
            self._file.values(chrom, start, start + n_bins * bin_bp, numpy=True), dtype=np.float64
        )
        values = values if len(values) else np.full(n_bins * bin_bp, np.nan)
        values[np.isnan(values)] = uncovered
        return _POOL[stat](values.reshape(n_bins, bin_bp), axis=1)
