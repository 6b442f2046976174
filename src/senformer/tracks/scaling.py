"""From pooled bins to training targets, and back to measured units.

Order: square root, soft clip, hard clip, scale. Source: Basenji's target pipeline (Kelley 2020).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from senformer.tracks.track import Track


@dataclass(frozen=True)
class Scaling:
    """How a pooled bin becomes a target.

    Attributes
    ----------
    clip
        Upper bound before scaling; None for no bound.
    clip_soft
        Above this, ``x`` becomes ``clip_soft - 1 + sqrt(x - clip_soft + 1)``; None for never.
    scale
        Factor, applied last.
    sqrt
        Whether ``x`` becomes ``sqrt(1 + x) - 1`` first.
    """

    clip: float | None = None
    clip_soft: float | None = None
    scale: float = 1.0
    sqrt: bool = False

    @classmethod
    def of(cls, track: Track) -> "Scaling":
        """Return the scaling that a track's row asks for."""
        return cls(clip=track.clip, clip_soft=track.clip_soft, scale=track.scale, sqrt=track.sqrt)

    def apply(self, binned: Float32[np.ndarray, "*bins"]) -> Float32[np.ndarray, "*bins"]:
        """Return targets from pooled bins; NaN stays NaN."""
        x = np.asarray(binned, dtype=np.float64)
        if self.sqrt:
            x = np.sqrt(1 + x) - 1
        if self.clip_soft is not None:
            x = np.where(
                x > self.clip_soft,
                self.clip_soft - 1 + np.sqrt(np.maximum(x - self.clip_soft, 0) + 1),
                x,
            )
        if self.clip is not None:
            x = np.minimum(x, self.clip)
        return (x * self.scale).astype(np.float32)

    def inverse(self, scaled: Float32[np.ndarray, "*bins"]) -> Float32[np.ndarray, "*bins"]:
        """Return measured units; what the hard clip cut off cannot be brought back."""
        x = np.asarray(scaled, dtype=np.float64) / self.scale
        if self.clip_soft is not None:
            x = np.where(x > self.clip_soft, (x - self.clip_soft + 1) ** 2 + self.clip_soft - 1, x)
        if self.sqrt:
            x = (x + 1) ** 2 - 1
        return x.astype(np.float32)
