"""From the counts of a motif to the integers that its sites are scored by."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64, Int64

from senformer.genome.motif_file import MotifMatrix

# Scores are whole numbers of hundredths of a bit, so that their distribution is exact.
STEPS_A_BIT = 100
UNIFORM = (0.25, 0.25, 0.25, 0.25)

Weights = Int64[np.ndarray, "_position 4"]
Background = Float64[np.ndarray, " 4"]


def strand_background(frequencies: Sequence[float]) -> Background:
    """Return base frequencies, averaged over both strands, so that a site's p-value is that of either.

    Raises
    ------
    ValueError
        They are not four positive numbers.
    """
    given = np.asarray(frequencies, dtype=np.float64)
    if given.shape != (4,) or not (np.isfinite(given).all() and (given > 0).all()):
        raise ValueError(f"a background is four frequencies above 0 of A, C, G, T, not {list(frequencies)}")
    both = given + given[::-1]
    return both / both.sum()


def integer_weights(motif: MotifMatrix, background: Background, pseudocount: float) -> Weights:
    """Return log2 of probability over background in hundredths of a bit, rounded.

    Parameters
    ----------
    motif
        The motif.
    background
        Frequencies of A, C, G, T.
    pseudocount
        Counts that are added to each position, spread as the background is: above 0, so that a base which no
        site had is unlikely and not impossible.
    """
    if not pseudocount > 0:
        raise ValueError(f"pseudocount is {pseudocount}, it must be above 0")
    totals = motif.counts.sum(axis=1, keepdims=True)
    probability = (motif.counts + pseudocount * background) / (totals + pseudocount)
    return np.rint(np.log2(probability / background) * STEPS_A_BIT).astype(np.int64)
