"""Per-track sums of a dataset, in float64, added up over chromosomes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int


@dataclass(frozen=True)
class TrackSums:
    """Sums over the finite bins of some region.

    Attributes
    ----------
    n_bins
        Bins looked at.
    n_finite
        Bins with a value, per track.
    total, lowest, highest
        Sum, minimum and maximum of those values; 0, +inf and -inf where there is none.
    """

    n_bins: int
    n_finite: Int[np.ndarray, " track"]
    total: Float[np.ndarray, " track"]
    lowest: Float[np.ndarray, " track"]
    highest: Float[np.ndarray, " track"]

    @classmethod
    def empty(cls, n_tracks: int) -> "TrackSums":
        """Return the sums of nothing."""
        return cls(
            0,
            np.zeros(n_tracks, dtype=np.int64),
            np.zeros(n_tracks),
            np.full(n_tracks, np.inf),
            np.full(n_tracks, -np.inf),
        )

    @classmethod
    def of(cls, values: Float[np.ndarray, "bin track"]) -> "TrackSums":
        """Return the sums of ``values``; NaN does not count."""
        finite = np.isfinite(values)
        return cls(
            len(values),
            finite.sum(axis=0, dtype=np.int64),
            np.where(finite, values, 0).sum(axis=0, dtype=np.float64),
            np.where(finite, values, np.inf).min(axis=0, initial=np.inf).astype(np.float64),
            np.where(finite, values, -np.inf).max(axis=0, initial=-np.inf).astype(np.float64),
        )

    def __add__(self, other: "TrackSums") -> "TrackSums":
        """Return the sums of both regions together."""
        return TrackSums(
            self.n_bins + other.n_bins,
            self.n_finite + other.n_finite,
            self.total + other.total,
            np.minimum(self.lowest, other.lowest),
            np.maximum(self.highest, other.highest),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; a minimum or maximum of nothing is ``None``."""
        known = self.n_finite > 0
        return {
            "n_bins": self.n_bins,
            "n_finite": self.n_finite.tolist(),
            "total": self.total.tolist(),
            "min": [float(v) if k else None for v, k in zip(self.lowest, known, strict=True)],
            "max": [float(v) if k else None for v, k in zip(self.highest, known, strict=True)],
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "TrackSums":
        """Return the sums that :meth:`to_dict` wrote."""
        return cls(
            values["n_bins"],
            np.array(values["n_finite"], dtype=np.int64),
            np.array(values["total"], dtype=np.float64),
            np.array([np.inf if v is None else v for v in values["min"]], dtype=np.float64),
            np.array([-np.inf if v is None else v for v in values["max"]], dtype=np.float64),
        )

    def report(self) -> dict[str, Any]:
        """Return what ``statistics.json`` holds: per track mean, min, max and finite bins."""
        values = self.to_dict()
        mean = [t / n if n else None for t, n in zip(values.pop("total"), values["n_finite"], strict=True)]
        return {**values, "mean": mean}
