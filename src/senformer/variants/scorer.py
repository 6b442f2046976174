"""What a scorer is: two predictions in, one number a track out.

Every file of ``scorers/`` defines one; the table is ``SCORERS`` in that folder's ``__init__``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Float64


@dataclass(frozen=True)
class Prediction:
    """The prediction of one allele, and its sum over bins, which most scorers need.

    Attributes
    ----------
    bins
        Values, in units of the tracks.
    """

    bins: Float[np.ndarray, "bin track"]

    @cached_property
    def total(self) -> Float64[np.ndarray, " track"]:
        """Sum over bins in float64, computed once whoever asks; read-only."""
        total = self.bins.sum(axis=0, dtype=np.float64)
        total.flags.writeable = False
        return total


@dataclass(frozen=True)
class Scorer:
    """One way to turn the predictions of both alleles into an effect.

    Attributes
    ----------
    name
        Column name, also the name in ``SCORERS``.
    formula
        The definition, as it is printed in documents and column descriptions.
    unit
        Unit of the score.
    is_signed
        Whether exchanging the alleles flips the sign; positive means that ALT is the more active.
    function
        ``(ref, alt)`` to one value a track, in float64.
    """

    name: str
    formula: str
    unit: str
    is_signed: bool
    function: Callable[[Prediction, Prediction], np.ndarray]

    def __call__(
        self,
        ref: Prediction | Float[np.ndarray, "bin track"],
        alt: Prediction | Float[np.ndarray, "bin track"],
    ) -> Float64[np.ndarray, " track"]:
        """Return the effect on every track; equal predictions give exactly 0."""
        ref, alt = (x if isinstance(x, Prediction) else Prediction(x) for x in (ref, alt))
        return self.function(ref, alt)
