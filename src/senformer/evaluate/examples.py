"""A few windows kept whole, measured beside predicted, for figures."""

from pathlib import Path

import numpy as np
from jaxtyping import Float32, Int

from senformer.core.commit import commit_file
from senformer.genome.interval import Interval


def spread_rows(n_rows: int, n_wanted: int) -> Int[np.ndarray, " row"]:
    """Return up to ``n_wanted`` row numbers, evenly spread from the first to the last of ``n_rows``.

    Examples
    --------
    >>> spread_rows(9, 3).tolist(), spread_rows(2, 8).tolist()
    ([0, 4, 8], [0, 1])
    """
    return np.unique(np.linspace(0, n_rows - 1, min(n_rows, n_wanted)).round().astype(int))


class Examples:
    """Windows collected while an evaluation runs.

    Attributes
    ----------
    rows
        Which windows, by their number in the split.
    """

    def __init__(self, n_windows: int, n_wanted: int) -> None:
        self.rows = set(spread_rows(n_windows, n_wanted).tolist())
        self._kept: list[tuple[Interval, np.ndarray, np.ndarray]] = []

    def offer(
        self,
        row: int,
        target_interval: Interval,
        measured: Float32[np.ndarray, "bin track"],
        predicted: Float32[np.ndarray, "bin track"],
    ) -> None:
        """Keep the window if it is one of the wanted."""
        if row in self.rows:
            self._kept.append((target_interval, measured, predicted.copy()))

    def write(self, path: Path, names: list[str], bin_bp: int) -> None:
        """Write the windows as npz: no pickle, text as fixed-width unicode.

        Arrays: ``chrom``, ``start``, ``end`` (bp, of the predicted stretch), ``measured`` and ``predicted``
        (window, bin, track; float32, stored units, NaN where masked), ``names`` (track), ``bin_bp``.
        """
        intervals = [interval for interval, _, _ in self._kept]
        arrays = {
            "chrom": np.array([interval.chrom for interval in intervals]),
            "start": np.array([interval.start for interval in intervals]),
            "end": np.array([interval.end for interval in intervals]),
            "measured": np.stack([measured for _, measured, _ in self._kept]),
            "predicted": np.stack([predicted for _, _, predicted in self._kept]),
            "names": np.array(names),
            "bin_bp": np.array(bin_bp),
        }
        commit_file(path, lambda temporary: np.savez_compressed(temporary, allow_pickle=False, **arrays))
