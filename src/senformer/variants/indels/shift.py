"""shift: two windows, each with one flank in place, and the mean of both. Under ``shift`` in ``INDELS``.

In the window anchored left the bins left of the variant hold the same bases for both alleles, in the one
anchored right those right of it do. The mean gives neither side the advantage, and the flank that enters or
leaves at one end of the window counts half.

Source: idea of the compensation shifts of Baskerville (calico/baskerville, pull request 8).
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from senformer.variants.indel import IndelPlace, Indels


def mean_of_anchors(
    genome: Float[np.ndarray, "bin track"],
    others: Sequence[Float[np.ndarray, "bin track"]],
    place: IndelPlace,
) -> Float[np.ndarray, "bin track"]:
    """Return the mean of the predictions of the windows anchored left and right, bin by bin."""
    left, right = others
    return (left + right) / 2


def halves(
    others: Sequence[Float[np.ndarray, " bin"]], read: Float[np.ndarray, " bin"], place: IndelPlace
) -> list[Float[np.ndarray, " bin"]]:
    """Return the derivative of the sum over ``read``: half of it by each window."""
    return [read / 2 for _ in others]


SHIFT = Indels(
    name="shift",
    rule="mean over bins of two ALT windows, one anchored left and one anchored right of the variant",
    anchors=("left", "right"),
    combine=mean_of_anchors,
    weigh=halves,
)
