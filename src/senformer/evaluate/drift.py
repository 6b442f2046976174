"""How far one model's predictions are from another's, per track, per assay and by distance from the edge.

Counted window by window beside the sums of :func:`senformer.evaluate.evaluate.evaluate` where a model is
held against another; mergeable in order.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import pairwise
from operator import add
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Float64

from senformer.core.schema import Column, TableSchema
from senformer.evaluate.means import assay_groups, mean_defined
from senformer.evaluate.metrics.pearson import PearsonSums
from senformer.evaluate.metrics.r2 import R2
from senformer.tracks.track import Track

N_BANDS = 8

DRIFT = TableSchema(
    "drift per track",
    (
        Column("index", "int64", "0-based", "column of the track in the head"),
        Column("name", "string", "", "name of the track"),
        Column("assay", "string", "", "assay of the track"),
        Column("pearson_r", "float64", "", "Pearson's r of both models; null where undefined", nullable=True),
        Column("rms", "float64", "stored units", "root of the mean squared difference", nullable=True),
        Column(
            "relative_rms",
            "float64",
            "",
            "rms in standard deviations of the other model's predictions; null where they are constant",
            nullable=True,
        ),
        Column("relative_rms_edge", "float64", "", "that of the outermost bins of windows", nullable=True),
        Column("relative_rms_middle", "float64", "", "that of the innermost bins", nullable=True),
        Column("max_difference", "float64", "stored units", "largest difference of a bin"),
        Column(
            "pearson_r_measured",
            "float64",
            "",
            "Pearson's r of this model with what was measured; null without a measurement",
            nullable=True,
        ),
        Column("pearson_r_measured_against", "float64", "", "that of the other model", nullable=True),
    ),
)


class Drift:
    """Sums over pairs of predictions, in bands of equal distance from the edges of windows.

    Attributes
    ----------
    n_bins
        Bins of a window's target.
    bands
        Moments of (this model, the other) in each band, from the edge to the middle.
    errors
        Sums of squared differences in each band.
    largest
        Largest difference of a bin.
    own, other
        Moments of each model with what was measured.
    """

    def __init__(self, n_tracks: int, n_bins: int) -> None:
        self.n_tracks, self.n_bins = n_tracks, n_bins
        # What is measured of a difference of equal predictions is no rounding of moments but nothing at all.
        self.errors = np.zeros((len(band_rows(n_bins)), n_tracks))
        self.bands = [PearsonSums(n_tracks) for _ in self.errors]
        self.largest = np.zeros(n_tracks)
        self.own, self.other = PearsonSums(n_tracks), PearsonSums(n_tracks)

    def add(
        self,
        prediction: Float[np.ndarray, "bin track"],
        other: Float[np.ndarray, "bin track"],
        measured: Float[np.ndarray, "bin track"],
    ) -> None:
        """Count one window in place; a masked measurement counts in neither model's accuracy."""
        gaps = np.abs(prediction.astype(np.float64) - other)
        self.largest = np.maximum(self.largest, gaps.max(axis=0))
        for band, rows in enumerate(band_rows(self.n_bins)):
            self.bands[band].add(prediction[rows], other[rows])
            self.errors[band] += np.einsum("bt,bt->t", gaps[rows], gaps[rows])
        self.own.add(prediction, measured)
        self.other.add(other, measured)

    def __add__(self, further: "Drift") -> "Drift":
        """Return the sums over both parts."""
        both = Drift(self.n_tracks, self.n_bins)
        both.bands = [mine + theirs for mine, theirs in zip(self.bands, further.bands, strict=True)]
        both.errors = self.errors + further.errors
        both.largest = np.maximum(self.largest, further.largest)
        both.own, both.other = self.own + further.own, self.other + further.other
        return both

    @property
    def state(self) -> dict[str, np.ndarray]:
        """All that is counted, as arrays; :meth:`from_state` gives it back, bit by bit."""
        return {
            "n_bins": np.array(self.n_bins),
            "bands": np.stack([band.state for band in self.bands]),
            "errors": self.errors,
            "largest": self.largest,
            "own": self.own.state,
            "other": self.other.state,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, np.ndarray]) -> "Drift":
        """Return what :attr:`state` was taken of."""
        found = cls(len(state["largest"]), int(state["n_bins"]))
        found.bands = [PearsonSums.from_state(band) for band in state["bands"]]
        found.errors, found.largest = state["errors"], state["largest"]
        found.own, found.other = PearsonSums.from_state(state["own"]), PearsonSums.from_state(state["other"])
        return found

    @property
    def total(self) -> PearsonSums:
        """Moments of (this model, the other) over all bins."""
        return reduce(add, self.bands)

    def relative_rms(self) -> Float64[np.ndarray, "band_and_all track"]:
        """Return the RMS difference of each band, and last of all bins, by the other model's spread.

        The spread is the standard deviation of its predictions over all bins, so that bands compare.
        """
        total = self.total
        n = np.stack([*(band.n for band in self.bands), total.n])
        spread = np.sqrt(total.target_squares / np.maximum(total.n, 1))
        spread[np.isnan(R2.from_state(total.state).result())] = np.nan  # constant: rounding is no spread
        errors = np.vstack([self.errors, self.errors.sum(axis=0)])
        return np.sqrt(errors / np.where(n, n, np.nan)) / spread

    def table(self, tracks: Sequence[Track]) -> pd.DataFrame:
        """Return :data:`DRIFT`."""
        total, relative = self.total, self.relative_rms()
        return pd.DataFrame(
            {
                "index": np.arange(len(tracks)),
                "name": [track.name for track in tracks],
                "assay": [track.assay for track in tracks],
                "pearson_r": total.result(),
                "rms": np.sqrt(self.errors.sum(axis=0) / np.maximum(total.n, 1)),
                "relative_rms": relative[-1],
                "relative_rms_edge": relative[0],
                "relative_rms_middle": relative[-2],
                "max_difference": self.largest,
                "pearson_r_measured": self.own.result(),
                "pearson_r_measured_against": self.other.result(),
            }
        )

    def summary(self, tracks: Sequence[Track]) -> dict[str, Any]:
        """Return what ``metrics.json`` says: means over all tracks, by assay and by distance from the edge.

        ``kept`` is this model's mean accuracy by the other's, over the tracks where both have one; None where
        there is no such track, or the other's is not above 0.
        """
        table = self.table(tracks)
        groups = table.groupby(assay_groups(table), sort=True)
        relative = self.relative_rms()
        bands = [
            {
                "from_bin": first,
                "to_bin": end,
                "pearson_mean": mean_defined(band.result()),
                "relative_rms_mean": mean_defined(row),
            }
            for (first, end), band, row in zip(band_edges(self.n_bins), self.bands, relative, strict=False)
        ]
        by_assay = {str(assay): _of_tracks(rows) for assay, rows in groups}
        return {**_of_tracks(table), "by_assay": by_assay, "by_distance": bands}


def band_edges(n_bins: int) -> list[tuple[int, int]]:
    """Return the first and the end of each band's distances from the nearer edge, in bins.

    Examples
    --------
    >>> band_edges(5), band_edges(896)[0], band_edges(896)[-1]
    ([(0, 1), (1, 2), (2, 3)], (0, 56), (392, 448))
    """
    n_distances = -(-n_bins // 2)
    n_bands = min(N_BANDS, n_distances)
    edges = [band * n_distances // n_bands for band in range(n_bands + 1)]
    return list(pairwise(edges))


def band_rows(n_bins: int) -> list[np.ndarray]:
    """Return the bins of each band, from the edges of a window to its middle."""
    bins = np.arange(n_bins)
    distances = np.minimum(bins, n_bins - 1 - bins)
    return [np.flatnonzero((distances >= first) & (distances < end)) for first, end in band_edges(n_bins)]


def _of_tracks(table: pd.DataFrame) -> dict[str, Any]:
    own, other = table["pearson_r_measured"], table["pearson_r_measured_against"]
    both = own.notna() & other.notna()
    accuracy, reference = mean_defined(own[both]), mean_defined(other[both])
    return {
        "n_tracks": len(table),
        "pearson_mean": mean_defined(table["pearson_r"]),
        "relative_rms_mean": mean_defined(table["relative_rms"]),
        "relative_rms_edge_mean": mean_defined(table["relative_rms_edge"]),
        "relative_rms_middle_mean": mean_defined(table["relative_rms_middle"]),
        "max_difference": float(table["max_difference"].max()),
        "measured_pearson_mean": accuracy,
        "measured_pearson_mean_against": reference,
        "kept": accuracy / reference if accuracy is not None and reference and reference > 0 else None,
    }
