"""Jensen-Shannon distance of profiles per track (``METRICS["jsd"]``).

Source: Endres and Schindelin 2003, doi:10.1109/TIT.2003.813506 (the root is a metric); natural logarithm, as
SciPy's ``jensenshannon`` and the profile models that use it.
"""

import numpy as np
from jaxtyping import Float, Float64, Int64
from scipy.special import rel_entr

from senformer.evaluate.metrics.pearson import Moments, Tracks


class Jsd:
    """Mean over windows of the distance between the shapes of prediction and target within the window.

    Each side is divided by its sum over the window's bins that are measured, so that only the shape counts; 0
    is perfect, 0.83 (the root of log 2) the most. A window counts for a track where both sides have a sum
    above zero and no value below; the others are left out. No pseudo-count is added.
    """

    def __init__(self, n_tracks: int) -> None:
        self.n_tracks = n_tracks
        self.n: Int64[np.ndarray, " track"] = np.zeros(n_tracks, np.int64)
        self._sum = np.zeros(n_tracks)

    def add(
        self,
        prediction: Float[np.ndarray, "*window bin track"],
        target: Float[np.ndarray, "*window bin track"],
        tracks: Tracks = slice(None),
    ) -> "Jsd":
        """Count further windows in place; bins whose target is NaN are left out of both profiles."""
        if prediction.shape != target.shape:
            raise ValueError(f"predictions {prediction.shape} and targets {target.shape} differ in shape")
        columns = np.arange(self.n_tracks)[tracks]
        n_bins = prediction.shape[-2]
        pairs = zip(
            *(values.reshape(-1, n_bins, len(columns)) for values in (prediction, target)), strict=True
        )
        for x, y in pairs:
            masked = np.isnan(y)
            p, q = (np.where(masked, 0.0, side.astype(np.float64)) for side in (x, y))
            has_shape = (p.sum(axis=0) > 0) & (q.sum(axis=0) > 0) & (np.minimum(p, q).min(axis=0) >= 0)
            p, q = (side[:, has_shape] / side[:, has_shape].sum(axis=0) for side in (p, q))
            middle = (p + q) / 2
            divergence = (rel_entr(p, middle) + rel_entr(q, middle)).sum(axis=0) / 2
            self.n[columns[has_shape]] += 1
            self._sum[columns[has_shape]] += np.sqrt(np.maximum(divergence, 0.0))
        return self

    def __add__(self, other: "Jsd") -> "Jsd":
        """Return the sums over the union of two disjoint sets of windows."""
        if not isinstance(other, Jsd) or other.n_tracks != self.n_tracks:
            raise ValueError("only distances over the same number of tracks can be added")
        total = Jsd(self.n_tracks)
        total.n, total._sum = self.n + other.n, self._sum + other._sum
        return total

    @property
    def state(self) -> Float64[np.ndarray, "2 track"]:
        """All that is counted so far, as one array."""
        return np.vstack([self.n, self._sum])

    @classmethod
    def from_state(cls, state: Float64[np.ndarray, "2 track"]) -> "Jsd":
        """Return the sums that :attr:`state` was taken of."""
        found = cls(state.shape[1])
        found.n, found._sum = state[0].astype(np.int64), state[1].copy()
        return found

    def result(self) -> Moments:
        """Return the mean distance per track; NaN where no window has a shape on both sides."""
        return np.divide(self._sum, self.n, out=np.full(self.n_tracks, np.nan), where=self.n > 0)
