"""The sums of an evaluation: raw on stored units, and log1p on measured units, side by side."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Float64, Int

from senformer.evaluate.metrics.pearson import PearsonSums
from senformer.tracks.scaling import Scaling


class TrackSums:
    """Pearson sums per track in both units; mergeable, so that parts of a split add up.

    Attributes
    ----------
    scalings
        How each track was scaled when the dataset was built.
    n_bins
        Bins added, masked or not.
    raw
        Over stored values: what the model was trained on.
    log1p
        Over ``log(1 + x)`` of measured values x, the scaling undone on both sides; -x where the scale is
        negative (a file that holds its signal below zero).
    below
        Tracks with a measured value or prediction of -1 or less, where ``log(1 + x)`` does not exist.
    """

    def __init__(self, scalings: Sequence[Scaling]) -> None:
        self.scalings = tuple(scalings)
        self.n_bins = 0
        self.raw = PearsonSums(len(self.scalings))
        self.log1p = PearsonSums(len(self.scalings))
        self.below: Bool[np.ndarray, " track"] = np.zeros(len(self.scalings), bool)
        self._groups = _columns_by_scaling(self.scalings)

    def add(self, prediction: Float[np.ndarray, "bin track"], target: Float[np.ndarray, "bin track"]) -> None:
        """Count the bins of one window in place; NaN targets are left out of both."""
        self.n_bins += len(target)
        self.raw.add(prediction, target)
        self.log1p.add(self._log1p(prediction), self._log1p(target))

    def __add__(self, other: "TrackSums") -> "TrackSums":
        """Return the sums over the union of two disjoint parts."""
        if not isinstance(other, TrackSums) or other.scalings != self.scalings:
            raise ValueError("only sums over tracks of the same scaling can be added")
        total = TrackSums(self.scalings)
        total.raw, total.log1p = self.raw + other.raw, self.log1p + other.log1p
        total.n_bins = self.n_bins + other.n_bins
        total.below = self.below | other.below
        return total

    def log1p_result(self) -> Float64[np.ndarray, " track"]:
        """Return Pearson's r of ``log(1 + x)`` per track; NaN also where a value is -1 or less."""
        return np.where(self.below, np.nan, self.log1p.result())

    def _log1p(self, stored: Float[np.ndarray, "bin track"]) -> Float64[np.ndarray, "bin track"]:
        measured = np.empty(stored.shape)
        for scaling, columns in self._groups.items():
            values = scaling.inverse(np.ascontiguousarray(stored[:, columns], np.float32))
            # A negative scale marks a file whose signal lies below zero; its size is what counts here.
            measured[:, columns] = -values if scaling.scale < 0 else values
        below = measured <= -1
        self.below = self.below | below.any(axis=0)
        measured[below] = 0.0
        return np.log1p(measured)


def _columns_by_scaling(scalings: Sequence[Scaling]) -> dict[Scaling, Int[np.ndarray, " column"]]:
    columns = defaultdict(list)
    for column, scaling in enumerate(scalings):
        columns[scaling].append(column)
    return {scaling: np.array(found) for scaling, found in columns.items()}
