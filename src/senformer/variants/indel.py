"""What a way to score insertions and deletions is: windows to predict, and how they become one prediction.

An insertion or deletion moves everything on one side of it, so the bins of the two alleles hold different
bases. Every file of ``indels/`` defines one way to compare them all the same; the table is ``INDELS`` in that
folder's ``__init__``. Variants that keep the length of the chromosome know nothing of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from senformer.variants.alleles import Anchor


@dataclass(frozen=True)
class IndelPlace:
    """Where an insertion or deletion lies in the bins of the output.

    Attributes
    ----------
    first_bp
        First changed base, counted from the first base of the first bin; negative where it lies before.
    gain_bp
        How much longer the other allele makes the chromosome; negative for a deletion.
    bin_bp
        Width of a bin.
    """

    first_bp: int
    gain_bp: int
    bin_bp: int


Tracks = Float[np.ndarray, "bin track"]
Bins = Float[np.ndarray, " bin"]


@dataclass(frozen=True)
class Indels:
    """One way to score insertions and deletions.

    Attributes
    ----------
    name
        Its name in ``INDELS`` and in the score table.
    rule
        What is done, as it is printed in documents and column descriptions.
    anchors
        The windows of the other allele that are predicted (:func:`senformer.variants.alleles.other_window`).
    combine
        ``(genome, others, place)``: the prediction of the genome's allele and those of the windows, in the
        order of ``anchors``, to one prediction of the other allele on the bins of the genome's.
    weigh
        ``(others, read, place)``: how much each bin of each window of one track counts in the sum of the
        combined prediction over bins that ``read`` weighs, its derivative.
    reads_strings
        Whether every allele, of substitutions too, is read by itself in place of a window, so that there are
        no anchors (:mod:`senformer.variants.strings`).
    """

    name: str
    rule: str
    anchors: tuple[Anchor, ...]
    combine: Callable[[Tracks, Sequence[Tracks], IndelPlace], Tracks]
    weigh: Callable[[Sequence[Bins], Bins, IndelPlace], list[Bins]]
    reads_strings: bool = False
