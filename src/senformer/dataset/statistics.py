"""Per-track sums of a dataset, in float64, added up over chromosomes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

# Bins at a time where values are widened to float64.
_ROWS = 4096


@dataclass(frozen=True)
class TrackSums:
    """Sums over the finite bins of some region.

    Attributes
    ----------
    n_bins
        Bins looked at.
    n_finite
        Bins with a value, per track.
    total, squares
        Sum of those values, and of their squared deviations from their mean.
    lowest, highest
        Minimum and maximum of those values; +inf and -inf where there is none.
    """

    n_bins: int
    n_finite: Int[np.ndarray, " track"]
    total: Float[np.ndarray, " track"]
    squares: Float[np.ndarray, " track"]
    lowest: Float[np.ndarray, " track"]
    highest: Float[np.ndarray, " track"]

    @classmethod
    def empty(cls, n_tracks: int) -> "TrackSums":
        """Return the sums of nothing."""
        return cls(
            0,
            np.zeros(n_tracks, dtype=np.int64),
            np.zeros(n_tracks),
            np.zeros(n_tracks),
            np.full(n_tracks, np.inf),
            np.full(n_tracks, -np.inf),
        )

    @classmethod
    def of(cls, values: Float[np.ndarray, "bin track"]) -> "TrackSums":
        """Return the sums of ``values``; NaN does not count."""
        finite = np.isfinite(values)
        is_whole = bool(finite.all())  # mostly; nothing needs to be left out then
        n_finite = finite.sum(axis=0, dtype=np.int64)
        total = (values if is_whole else np.where(finite, values, 0)).sum(axis=0, dtype=np.float64)
        squares = np.zeros(values.shape[1])
        mean = total / np.maximum(n_finite, 1)
        for lo in range(0, len(values), _ROWS):
            part = slice(lo, lo + _ROWS)
            deviations = values[part] - mean
            if not is_whole:
                deviations = np.where(finite[part], deviations, 0)
            squares += np.einsum("bt,bt->t", deviations, deviations)
        return cls(
            len(values),
            n_finite,
            total,
            squares,
            (values if is_whole else np.where(finite, values, np.inf))
            .min(axis=0, initial=np.inf)
            .astype(np.float64),
            (values if is_whole else np.where(finite, values, -np.inf))
            .max(axis=0, initial=-np.inf)
            .astype(np.float64),
        )

    @property
    def mean(self) -> Float[np.ndarray, " track"]:
        """Mean of the values, 0 where there is none."""
        return self.total / np.maximum(self.n_finite, 1)

    def __add__(self, other: "TrackSums") -> "TrackSums":
        """Return the sums of both regions together."""
        gap = other.mean - self.mean
        n_finite = self.n_finite + other.n_finite
        weight = self.n_finite * (other.n_finite / np.maximum(n_finite, 1))
        return TrackSums(
            self.n_bins + other.n_bins,
            n_finite,
            self.total + other.total,
            self.squares + other.squares + gap**2 * weight,
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
            "squares": self.squares.tolist(),
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
            np.array(values["squares"], dtype=np.float64),
            np.array([np.inf if v is None else v for v in values["min"]], dtype=np.float64),
            np.array([-np.inf if v is None else v for v in values["max"]], dtype=np.float64),
        )

    def report(self) -> dict[str, Any]:
        """Return what ``statistics.json`` holds: per track finite bins, sum, mean, variance, min and max."""
        values = self.to_dict()
        ratios = {
            name: [x / n if n else None for x, n in zip(sums, values["n_finite"], strict=True)]
            for name, sums in (("mean", values["total"]), ("variance", values.pop("squares")))
        }
        return {**values, **ratios}
