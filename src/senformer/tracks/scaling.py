"""From pooled bins to training targets, and back to measured units.

Steps: square root, soft clip, hard clip; where the scale goes and how the clips bound is the order's
(:data:`senformer.tracks.orders.ORDERS`). By default the sign of the scale comes first, its size last, and
there is no lower bound, so that negative signal is kept.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float

from senformer.core.errors import DataError
from senformer.tracks.orders import DEFAULT, ORDERS
from senformer.tracks.track import Track


@dataclass(frozen=True)
class Scaling:
    """How a pooled bin becomes a target.

    Attributes
    ----------
    clip
        Upper bound; None for no bound. What it does below is the order's.
    clip_soft
        Above this, ``x`` grows with the square root of the excess; None for never.
    scale
        Factor; not 0. Where it goes, and what a negative one does, is the order's.
    sqrt
        Whether ``x`` becomes ``sqrt(1 + x) - 1`` before the clips.
    order
        A row of ``ORDERS``.
    clip_extreme
        Bound of the finished target, up and down, as a quantile of the data gave it; None for none.
    name
        Whose scaling it is, for messages.
    """

    clip: float | None = None
    clip_soft: float | None = None
    scale: float = 1.0
    sqrt: bool = False
    order: str = DEFAULT
    clip_extreme: float | None = None
    name: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        """Refuse numbers that could not be inverted, and orders that are not known."""
        for key in ("clip", "clip_soft", "scale", "clip_extreme"):
            value = getattr(self, key)
            if value is not None and not math.isfinite(value):
                raise ValueError(f"{key} is {value}, which is not finite")
        if self.scale == 0:
            raise ValueError("scale is 0, which would erase the signal")
        if self.order not in ORDERS:
            raise ValueError(f"no order is called {self.order!r}; known are {', '.join(ORDERS)}")

    @classmethod
    def of(cls, track: Track) -> "Scaling":
        """Return the scaling that a track's row asks for."""
        return cls(
            track.clip,
            track.clip_soft,
            track.scale,
            track.sqrt,
            track.target_order,
            track.clip_extreme,
            name=str(track),
        )

    def apply(self, binned: Float[np.ndarray, "*bins"]) -> Float[np.ndarray, "*bins"]:
        """Return targets (float32) from pooled bins; NaN stays NaN.

        Raises
        ------
        DataError
            A bin below -1 meets ``sqrt``, which has no value there.
        """
        return self.apply_marked(binned)[0]

    def apply_marked(
        self, binned: Float[np.ndarray, "*bins"]
    ) -> tuple[Float[np.ndarray, "*bins"], Bool[np.ndarray, "*bins"], Bool[np.ndarray, "*bins"]]:
        """Return what :meth:`apply` does, and which bins the soft and the hard clips have changed."""
        before, after = self._factors
        x = np.asarray(binned, dtype=np.float64) * before
        if self.sqrt:
            x = self._root(x)
        is_soft = is_hard = np.zeros(x.shape, dtype=bool)
        if self.clip_soft is not None:
            is_soft = x > self.clip_soft
            offset = ORDERS[self.order].soft_offset
            excess = np.maximum(x - self.clip_soft, 0)
            x = np.minimum(x, self.clip_soft) + (np.sqrt(excess + offset) - offset)
        if self.clip is not None:
            lowest = {"none": -np.inf, "zero": 0.0, "mirror": -self.clip}[ORDERS[self.order].lower]
            is_hard = (x > self.clip) | (x < lowest)
            x = np.minimum(np.maximum(x, lowest), self.clip)
        x = x * after
        if self.clip_extreme is not None:
            is_hard = is_hard | (np.abs(x) > self.clip_extreme)
            x = np.clip(x, -self.clip_extreme, self.clip_extreme)
        return x.astype(np.float32), is_soft, is_hard

    def inverse(self, scaled: Float[np.ndarray, "*bins"]) -> Float[np.ndarray, "*bins"]:
        """Return measured units (float32) from targets or predictions.

        The exact inverse of :meth:`apply`, but for what a hard clip cut off: such a bin comes back as
        the bound. A prediction beyond the bound is taken at its word. What ``sqrt`` never makes, a value
        below -1, is NaN.
        """
        before, after = self._factors
        x = np.asarray(scaled, dtype=np.float64) / after
        if self.clip_soft is not None:
            excess = np.maximum(x - self.clip_soft, 0)
            x = np.minimum(x, self.clip_soft) + excess * (excess + 2 * ORDERS[self.order].soft_offset)
        if self.sqrt:
            x = np.where(x < -1, np.nan, x * (x + 2))
        return (x / before).astype(np.float32)

    @property
    def _factors(self) -> tuple[float, float]:
        """Return what a bin is multiplied by before and after root and clips."""
        return {
            "first": (self.scale, 1.0),
            "last": (1.0, self.scale),
            "turned": (math.copysign(1.0, self.scale), abs(self.scale)),
        }[ORDERS[self.order].scaled]

    def _root(self, x: Float[np.ndarray, "*bins"]) -> Float[np.ndarray, "*bins"]:
        if (x < -1).any():
            raise DataError(
                "E341",
                self.name or "scaling",
                f"a bin is {np.nanmin(x):g} before the square root; sqrt(1 + x) needs -1 or more",
                "Give a track that is stored below zero a negative scale, or leave sqrt out for it.",
            )
        return np.sqrt(1 + x) - 1
