"""From pooled bins to training targets, and back to measured units.

Order: sign of the scale, square root, soft clip, hard clip, scale. Source: Basenji's target pipeline
(Kelley 2020, doi:10.1371/journal.pcbi.1008050; calico/basenji ``bin/basenji_data_read.py``), idea only; the
differences are the sign, which comes first here, and no lower bound, so that negative signal is kept.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from senformer.core.errors import DataError
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
        Factor, applied last; not 0. A negative one turns the signal round before anything else, for files
        that hold the minus strand below zero.
    sqrt
        Whether ``x`` becomes ``sqrt(1 + x) - 1`` first.
    name
        Whose scaling it is, for messages.
    """

    clip: float | None = None
    clip_soft: float | None = None
    scale: float = 1.0
    sqrt: bool = False
    name: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        """Refuse numbers that could not be inverted."""
        for key in ("clip", "clip_soft", "scale"):
            value = getattr(self, key)
            if value is not None and not math.isfinite(value):
                raise ValueError(f"{key} is {value}, which is not finite")
        if self.scale == 0:
            raise ValueError("scale is 0, which would erase the signal")

    @classmethod
    def of(cls, track: Track) -> "Scaling":
        """Return the scaling that a track's row asks for."""
        return cls(track.clip, track.clip_soft, track.scale, track.sqrt, name=str(track))

    def apply(self, binned: Float[np.ndarray, "*bins"]) -> Float[np.ndarray, "*bins"]:
        """Return targets (float32) from pooled bins; NaN stays NaN.

        Raises
        ------
        DataError
            A bin below -1 meets ``sqrt``, which has no value there.
        """
        x = np.asarray(binned, dtype=np.float64) * math.copysign(1.0, self.scale)
        if self.sqrt:
            if (x < -1).any():
                raise DataError(
                    "E341",
                    self.name or "scaling",
                    f"a bin is {np.nanmin(x):g} before the square root; sqrt(1 + x) needs -1 or more",
                    "Give a track that is stored below zero a negative scale, or leave sqrt out for it.",
                )
            x = np.sqrt(1 + x) - 1
        if self.clip_soft is not None:
            excess = np.maximum(x - self.clip_soft, 0)
            x = np.minimum(x, self.clip_soft) + (np.sqrt(excess + 1) - 1)
        if self.clip is not None:
            x = np.minimum(x, self.clip)
        return (x * abs(self.scale)).astype(np.float32)

    def inverse(self, scaled: Float[np.ndarray, "*bins"]) -> Float[np.ndarray, "*bins"]:
        """Return measured units (float32) from targets or predictions.

        The exact inverse of :meth:`apply`, but for what the hard clip cut off: such a bin comes back as
        the clip. A prediction above the clip is taken at its word. What ``sqrt`` never makes, a value
        below -1, is NaN.
        """
        x = np.asarray(scaled, dtype=np.float64) / abs(self.scale)
        if self.clip_soft is not None:
            excess = np.maximum(x - self.clip_soft, 0)
            x = np.minimum(x, self.clip_soft) + excess * (excess + 2)
        if self.sqrt:
            x = np.where(x < -1, np.nan, x * (x + 2))
        return (x * math.copysign(1.0, self.scale)).astype(np.float32)
