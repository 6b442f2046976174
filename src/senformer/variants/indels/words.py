"""words: each allele read by itself, with the bases that share a word with it. Under ``words`` in ``INDELS``.

For models that sum over words, and for these alone (:mod:`senformer.variants.strings`): a window of one
length gains or loses words at its ends where the chromosome becomes longer or shorter, and they would count.

Source: deltaSVM, Lee et al. 2015, doi:10.1038/ng.3331.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from senformer.variants.indel import IndelPlace, Indels


def alone(
    genome: Float[np.ndarray, "bin track"],
    others: Sequence[Float[np.ndarray, "bin track"]],
    place: IndelPlace,
) -> Float[np.ndarray, "bin track"]:
    """Return the prediction of the one string."""
    (other,) = others
    return other


def whole(
    others: Sequence[Float[np.ndarray, " bin"]], read: Float[np.ndarray, " bin"], place: IndelPlace
) -> list[Float[np.ndarray, " bin"]]:
    """Return the derivative of the sum over ``read``: it is that of the string."""
    return [read]


WORDS = Indels(
    name="words",
    rule="no window: the words of both alleles' strings, with the flanks that share a word with the allele",
    anchors=(),
    combine=alone,
    weigh=whole,
    reads_strings=True,
)
