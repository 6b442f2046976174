"""Poisson deviance per track from mergeable float64 sums (``METRICS["poisson_deviance"]``).

Source: McCullagh and Nelder 1989, Generalized Linear Models, section 2.3; mean over values, as scikit-learn's
``mean_poisson_deviance`` has it.
"""

import numpy as np
from jaxtyping import Bool, Float, Float64, Int64
from scipy.special import kl_div, xlogy

from senformer.evaluate.metrics.pearson import Moments, Tracks

# Tracks at a time: their float64 values of a window fit a cache.
_COLUMNS = 128


class PoissonDeviance:
    """Mean of ``2 (y log(y / p) - y + p)``: twice what the log-likelihood lacks to that of a perfect model.

    0 is perfect. A target below zero has none, and a prediction of zero or less only where the target is zero
    too; a track with such a value is NaN, and so is one without data.
    """

    def __init__(self, n_tracks: int) -> None:
        self.n_tracks = n_tracks
        self.n: Int64[np.ndarray, " track"] = np.zeros(n_tracks, np.int64)
        # Rows: the deviances, the targets, and y log(y). Extremes: prediction, target.
        self._sums = np.zeros((3, n_tracks))
        self._low = np.full((2, n_tracks), np.inf)
        self._high = np.full((2, n_tracks), -np.inf)

    def add(
        self,
        prediction: Float[np.ndarray, "*any track"],
        target: Float[np.ndarray, "*any track"],
        tracks: Tracks = slice(None),
    ) -> "PoissonDeviance":
        """Count further values in place, as :meth:`PearsonSums.add`."""
        if prediction.shape != target.shape:
            raise ValueError(f"predictions {prediction.shape} and targets {target.shape} differ in shape")
        columns = np.arange(self.n_tracks)[tracks]
        x, y = (values.reshape(-1, len(columns)) for values in (prediction, target))
        for first in range(0, len(columns), _COLUMNS):
            part = slice(first, first + _COLUMNS)
            at = columns[part]
            wide_x, wide_y = x[:, part].astype(np.float64), y[:, part].astype(np.float64)
            masked = np.isnan(wide_y)
            for row, wide in enumerate((wide_x, wide_y)):
                low, high = np.where(masked, np.inf, wide), np.where(masked, -np.inf, wide)
                self._low[row, at] = np.minimum(self._low[row, at], low.min(axis=0, initial=np.inf))
                self._high[row, at] = np.maximum(self._high[row, at], high.max(axis=0, initial=-np.inf))
            # Zero on both sides has no deviance.
            wide_x[masked] = wide_y[masked] = 0.0
            self.n[at] += len(masked) - masked.sum(axis=0)
            self._sums[0, at] += 2 * kl_div(wide_y, wide_x).sum(axis=0)
            self._sums[1, at] += wide_y.sum(axis=0)
            self._sums[2, at] += xlogy(wide_y, wide_y).sum(axis=0)
        return self

    def __add__(self, other: "PoissonDeviance") -> "PoissonDeviance":
        """Return the sums of the union of two disjoint sets of values."""
        if not isinstance(other, PoissonDeviance) or other.n_tracks != self.n_tracks:
            raise ValueError("only deviances over the same number of tracks can be added")
        total = type(self)(self.n_tracks)
        total.n, total._sums = self.n + other.n, self._sums + other._sums
        total._low = np.minimum(self._low, other._low)
        total._high = np.maximum(self._high, other._high)
        return total

    @property
    def state(self) -> Float64[np.ndarray, "sum track"]:
        """All that is counted so far, as one array."""
        return np.vstack([self.n, self._sums, self._low, self._high])

    @classmethod
    def from_state(cls, state: Float64[np.ndarray, "sum track"]) -> "PoissonDeviance":
        """Return the deviances that :attr:`state` was taken of."""
        found = cls(state.shape[1])
        found.n, found._sums = state[0].astype(np.int64), state[1:4].copy()
        found._low, found._high = state[4:6].copy(), state[6:8].copy()
        return found

    @property
    def is_constant(self) -> Bool[np.ndarray, " track"]:
        """Tracks with data whose predictions or targets are all one value."""
        return (self.n > 0) & (self._low == self._high).any(axis=0)

    @property
    def is_outside(self) -> Bool[np.ndarray, " track"]:
        """Tracks with a value that has no deviance."""
        return ~np.isfinite(self._sums[0])

    def result(self) -> Moments:
        """Return the mean deviance per track."""
        has_one = (self.n > 0) & ~self.is_outside
        return np.divide(self._sums[0], self.n, out=np.full(self.n_tracks, np.nan), where=has_one)
