"""Pearson correlation per track from mergeable float64 moments (``METRICS["pearson"]``).

Fed by :func:`senformer.evaluate.evaluate.evaluate` window by window, and by validation during training.

Source: Chan, Golub, LeVeque 1979 (pairwise update of means and centered second moments).
"""

import numpy as np
from jaxtyping import Bool, Float, Float64, Int64

Moments = Float64[np.ndarray, " track"]


class PearsonSums:
    """Centered moments of (prediction, target) per track, over all values whose target is not NaN.

    Two such objects over disjoint data add up to that of the union (``+``), whatever the split, to
    rounding. Means are kept and squares are of deviations from them, so that a large offset costs no
    digits (plain sums of squares lose them).

    Attributes
    ----------
    n
        Values counted per track.
    mean_prediction, mean_target
        Means over the counted values; NaN where there are none.
    """

    def __init__(self, n_tracks: int) -> None:
        self.n_tracks = n_tracks
        self.n: Int64[np.ndarray, " track"] = np.zeros(n_tracks, np.int64)
        # Rows: prediction, target. Comoments: the sum of products of deviations from the means.
        self._mean = np.zeros((2, n_tracks))
        self._squares = np.zeros((2, n_tracks))
        self._products = np.zeros(n_tracks)
        self._low = np.full((2, n_tracks), np.inf)
        self._high = np.full((2, n_tracks), -np.inf)

    def add(
        self,
        prediction: Float[np.ndarray, "*any track"],
        target: Float[np.ndarray, "*any track"],
    ) -> "PearsonSums":
        """Count further values in place; where the target is NaN neither side is counted.

        Returns
        -------
        The object itself.
        """
        if prediction.shape != target.shape:
            raise ValueError(f"predictions {prediction.shape} and targets {target.shape} differ in shape")
        x = prediction.reshape(-1, self.n_tracks).astype(np.float64)
        y = target.reshape(-1, self.n_tracks).astype(np.float64)
        self._merge(_moments(x, y, ~np.isnan(y)))
        return self

    def __add__(self, other: "PearsonSums") -> "PearsonSums":
        """Return the moments of the union of two disjoint sets of values."""
        if not isinstance(other, PearsonSums) or other.n_tracks != self.n_tracks:
            raise ValueError("only sums over the same number of tracks can be added")
        total = PearsonSums(self.n_tracks)
        total._merge(self)
        total._merge(other)
        return total

    @property
    def state(self) -> Float64[np.ndarray, "moment track"]:
        """All that is counted so far, as one array; :meth:`from_state` gives the sums back, bit by bit."""
        return np.vstack([self.n, self._mean, self._squares, self._products, self._low, self._high])

    @classmethod
    def from_state(cls, state: Float64[np.ndarray, "moment track"]) -> "PearsonSums":
        """Return the sums that :attr:`state` was taken of."""
        sums = cls(state.shape[1])
        sums.n = state[0].astype(np.int64)
        sums._mean, sums._squares, sums._products = state[1:3], state[3:5], state[5]
        sums._low, sums._high = state[6:8], state[8:10]
        return sums

    def _merge(self, other: "PearsonSums") -> None:
        n = self.n + other.n
        share = np.divide(other.n, n, out=np.zeros(self.n_tracks), where=n > 0)
        gap = other._mean - self._mean
        weight = self.n * share
        self._products = self._products + other._products + gap[0] * gap[1] * weight
        self._squares = self._squares + other._squares + gap**2 * weight
        self._mean = self._mean + gap * share
        self._low = np.minimum(self._low, other._low)
        self._high = np.maximum(self._high, other._high)
        self.n = n

    @property
    def mean_prediction(self) -> Moments:
        """Mean prediction per track over the counted values."""
        return np.where(self.n > 0, self._mean[0], np.nan)

    @property
    def mean_target(self) -> Moments:
        """Mean target per track over the counted values."""
        return np.where(self.n > 0, self._mean[1], np.nan)

    @property
    def is_constant(self) -> Bool[np.ndarray, " track"]:
        """Tracks with data whose predictions or targets are all one value: no correlation exists."""
        # Extremes and not the variance: that of a constant is rounding noise, rarely an exact zero.
        return (self.n > 0) & (self._low == self._high).any(axis=0)

    def result(self) -> Moments:
        """Return Pearson's r per track; NaN where it has none (constant or fewer than two values)."""
        defined = (self.n > 1) & ~self.is_constant
        spread = np.sqrt(self._squares[0]) * np.sqrt(self._squares[1])
        r = np.full(self.n_tracks, np.nan)
        np.divide(self._products, spread, out=r, where=defined & (spread > 0))
        return np.clip(r, -1.0, 1.0)


def _moments(
    x: Float64[np.ndarray, "value track"],
    y: Float64[np.ndarray, "value track"],
    counted: Bool[np.ndarray, "value track"],
) -> PearsonSums:
    """Return the moments of one batch, in two passes."""
    sums = PearsonSums(x.shape[1])
    sums.n = counted.sum(axis=0)
    for row, values in enumerate((x, y)):
        total = values.sum(axis=0, where=counted)
        sums._mean[row] = np.divide(total, sums.n, out=np.zeros(len(total)), where=sums.n > 0)
        sums._low[row] = values.min(axis=0, where=counted, initial=np.inf)
        sums._high[row] = values.max(axis=0, where=counted, initial=-np.inf)
    dx = np.where(counted, x - sums._mean[0], 0.0)
    dy = np.where(counted, y - sums._mean[1], 0.0)
    sums._squares[:] = (dx**2).sum(axis=0), (dy**2).sum(axis=0)
    sums._products = (dx * dy).sum(axis=0)
    return sums
