"""What was changed on the way from signal to target, per track: nothing is filled or clipped unsaid."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64

KINDS = {
    "nan_bases": "NaN in the signal",
    "filled_bases": "NaN that became zero, the baseline or an interpolated value",
    "blacklist_bases": "blacklisted bases whose value was changed",
    "soft_clipped_bins": "bins above the soft clip",
    "hard_clipped_bins": "bins beyond a hard clip",
    "float16_clipped_bins": "bins beyond float16",
    "unmappable_clipped_bins": "unmappable bins lowered to the quantile of their tile",
}


@dataclass(frozen=True)
class TrackCounts:
    """Counts per track, by the names of ``KINDS``; they add up over pieces of the genome."""

    values: dict[str, Int64[np.ndarray, " track"]]

    @classmethod
    def empty(cls, n_tracks: int) -> "TrackCounts":
        """Return the counts of nothing."""
        return cls({kind: np.zeros(n_tracks, dtype=np.int64) for kind in KINDS})

    def add(self, column: int, found: dict[str, int]) -> None:
        """Count for one track, in place."""
        for kind, n in found.items():
            self.values[kind][column] += n

    def __add__(self, other: "TrackCounts") -> "TrackCounts":
        """Return the counts of both."""
        return TrackCounts({kind: self.values[kind] + other.values[kind] for kind in KINDS})

    @property
    def totals(self) -> dict[str, int]:
        """Over all tracks, by kind."""
        return {kind: int(values.sum()) for kind, values in self.values.items()}

    def to_dict(self) -> dict[str, list[int]]:
        """Return plain values."""
        return {kind: values.tolist() for kind, values in self.values.items()}

    @classmethod
    def from_dict(cls, values: dict[str, list[int]]) -> "TrackCounts":
        """Return the counts that :meth:`to_dict` wrote."""
        return cls({kind: np.array(values[kind], dtype=np.int64) for kind in KINDS})
