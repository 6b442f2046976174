"""For every word there is, the sum over all words of what they count with it: a machine as a table."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float64


def sums_over_neighbors(
    histogram: Float64[np.ndarray, " word"], by_mismatches: Sequence[float], word_bp: int
) -> Float64[np.ndarray, " word"]:
    """Return for every word the sum over all words of their histogram times what the two count.

    Base by base: what has m mismatches so far has m with the same base next, and m + 1 with any other.

    Parameters
    ----------
    histogram
        Of all ``4 ** word_bp`` words, by number.
    by_mismatches
        What two words count by their mismatches; 0 for more of them.
    word_bp
        Bases a word.

    Notes
    -----
    Takes memory for ``len(by_mismatches) + 2`` arrays of all words.
    """
    parts = [torch.from_numpy(histogram.copy())]
    parts += [torch.zeros_like(parts[0]) for _ in by_mismatches[1:]]
    for base in range(word_bp):
        views = [part.view(4**base, 4, -1) for part in parts]
        for more, fewer in zip(views[:0:-1], views[-2::-1], strict=True):
            more += fewer.sum(dim=1, keepdim=True)
            more -= fewer
    total = torch.zeros_like(parts[0])
    for part, weight in zip(parts, by_mismatches, strict=True):
        total.add_(part, alpha=weight)
    return total.numpy()
