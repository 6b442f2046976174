"""What a scorer is: two predictions in, one number a track out.

Every file of ``scorers/`` defines one; the table is ``SCORERS`` in that folder's ``__init__``.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


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
        ``(ref, alt)``, each (bin, track), to one value a track.
    """

    name: str
    formula: str
    unit: str
    is_signed: bool
    function: Callable[[np.ndarray, np.ndarray], np.ndarray]

    def __call__(
        self, ref: Float[np.ndarray, "bin track"], alt: Float[np.ndarray, "bin track"]
    ) -> Float[np.ndarray, " track"]:
        """Return the effect on every track, in float64; equal predictions give exactly 0."""
        return self.function(ref.astype(np.float64, copy=False), alt.astype(np.float64, copy=False))
