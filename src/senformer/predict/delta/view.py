"""Which bins and tracks of a prediction are read."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int, Int64


@dataclass(frozen=True)
class View:
    """Some bins and tracks of a head's output, in the order in which they are wanted.

    Attributes
    ----------
    bins
        Numbers of output bins, from 0 behind the crop; None: all.
    tracks
        Columns of the head; None: all.
    """

    bins: Int[np.ndarray, " bin"] | None = None
    tracks: Int[np.ndarray, " track"] | None = None

    def rows(self, n_bins: int, is_turned: bool) -> Int64[np.ndarray, " bin"]:
        """Return the output bins of a pass, of which a turned one has them in reverse."""
        bins = np.arange(n_bins) if self.bins is None else np.asarray(self.bins, dtype=np.int64)
        return n_bins - 1 - bins if is_turned else bins

    def columns(
        self, permutation: Int64[np.ndarray, " column"], is_turned: bool
    ) -> Int64[np.ndarray, " track"] | None:
        """Return the head's columns of a pass, of which a turned one exchanges strand pairs; None: all."""
        if not is_turned:
            return None if self.tracks is None else np.asarray(self.tracks, dtype=np.int64)
        return permutation if self.tracks is None else permutation[self.tracks]

    def take(self, prediction: np.ndarray) -> np.ndarray:
        """Return what is read of whole predictions (..., bin, track)."""
        if self.bins is not None:
            prediction = prediction[..., self.bins, :]
        return prediction if self.tracks is None else prediction[..., self.tracks]
