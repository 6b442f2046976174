"""Pearson correlation per track from mergeable float64 moments (``METRICS["pearson"]``).

Fed by :func:`senformer.evaluate.evaluate.evaluate` window by window, and by validation during training.

Source: Chan, Golub, LeVeque 1979 (pairwise update of means and centered second moments).
"""

import numpy as np
from jaxtyping import Bool, Float, Float64, Int, Int64

# Tracks at a time: their float64 values of a window fit a cache.
_COLUMNS = 128

Tracks = slice | Int[np.ndarray, " some"]
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
        tracks: Tracks = slice(None),
    ) -> "PearsonSums":
        """Count further values in place; where the target is NaN neither side is counted.

        Parameters
        ----------
        prediction, target
            Values, tracks last; NaN in a prediction is left out only with its target.
        tracks
            Which tracks they are of, where not of all.

        Returns
        -------
        The object itself.
        """
        if prediction.shape != target.shape:
            raise ValueError(f"predictions {prediction.shape} and targets {target.shape} differ in shape")
        columns = np.arange(self.n_tracks)[tracks]
        x, y = (values.reshape(-1, len(columns)) for values in (prediction, target))
        for first in range(0, len(columns), _COLUMNS):
            part = slice(first, first + _COLUMNS)
            self._merge(_moments(x[:, part], y[:, part]), columns[part])
        return self

    def __add__(self, other: "PearsonSums") -> "PearsonSums":
        """Return the moments of the union of two disjoint sets of values."""
        if not isinstance(other, PearsonSums) or other.n_tracks != self.n_tracks:
            raise ValueError("only sums over the same number of tracks can be added")
        total = type(self)(self.n_tracks)
        every = np.arange(self.n_tracks)
        total._merge(self, every)
        total._merge(other, every)
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
        sums._mean, sums._squares, sums._products = state[1:3].copy(), state[3:5].copy(), state[5].copy()
        sums._low, sums._high = state[6:8].copy(), state[8:10].copy()
        return sums

    def _merge(self, other: "PearsonSums", at: Int[np.ndarray, " some"]) -> None:
        """Add the moments of ``other`` to those of the tracks ``at``."""
        n = self.n[at] + other.n
        share = np.divide(other.n, n, out=np.zeros(len(n)), where=n > 0)
        gap = other._mean - self._mean[:, at]
        weight = self.n[at] * share
        self._products[at] += other._products + gap[0] * gap[1] * weight
        self._squares[:, at] += other._squares + gap**2 * weight
        self._mean[:, at] += gap * share
        self._low[:, at] = np.minimum(self._low[:, at], other._low)
        self._high[:, at] = np.maximum(self._high[:, at], other._high)
        self.n[at] = n

    @property
    def mean_prediction(self) -> Moments:
        """Mean prediction per track over the counted values."""
        return np.where(self.n > 0, self._mean[0], np.nan)

    @property
    def mean_target(self) -> Moments:
        """Mean target per track over the counted values."""
        return np.where(self.n > 0, self._mean[1], np.nan)

    @property
    def squared_error(self) -> Moments:
        """Sum of squared differences of prediction and target per track."""
        gap = self._mean[0] - self._mean[1]
        spread = self._squares[0] + self._squares[1] - 2 * self._products
        # Rounding may leave a little less than nothing where both sides are equal.
        return np.maximum(spread, 0.0) + self.n * gap**2

    @property
    def target_squares(self) -> Moments:
        """Sum of squared deviations of the target from its mean per track."""
        return self._squares[1]

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


def _moments(x: Float[np.ndarray, "value track"], y: Float[np.ndarray, "value track"]) -> PearsonSums:
    """Return the moments of one batch, in two passes; where ``y`` is NaN neither side is counted."""
    sums = PearsonSums(x.shape[1])
    if not len(y):
        return sums
    masked = np.isnan(y)
    is_whole = not masked.any()
    sums.n = len(y) - masked.sum(axis=0)
    deviations = []
    for row, values in enumerate((x, y)):
        wide = values.astype(np.float64)  # the one copy: it becomes the deviations
        if is_whole:
            sums._low[row], sums._high[row] = values.min(axis=0), values.max(axis=0)
        else:
            sums._low[row] = np.where(masked, np.inf, values).min(axis=0)
            sums._high[row] = np.where(masked, -np.inf, values).max(axis=0)
            np.copyto(wide, 0.0, where=masked)
        sums._mean[row] = wide.sum(axis=0) / np.maximum(sums.n, 1)
        wide -= sums._mean[row]
        if not is_whole:
            np.copyto(wide, 0.0, where=masked)
        deviations.append(wide)
    dx, dy = deviations
    sums._squares[0], sums._squares[1] = (np.einsum("vt,vt->t", d, d) for d in deviations)
    sums._products = np.einsum("vt,vt->t", dx, dy)
    return sums
