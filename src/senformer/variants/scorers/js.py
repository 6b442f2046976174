"""JS: the change of the profile's shape, by relative entropies. Under ``JS`` in ``SCORERS``.

Source: Baskerville (calico/baskerville, src/baskerville/snps.py: JS). Its name says Jensen-Shannon; what it
computes is half the symmetric relative entropy (Jeffreys), in nats, and so is this. Two differences: the
pseudocount is the mean of both alleles' 25th percentiles, not REF's alone, so that exchanging the alleles
changes nothing; and it is 1e-6 at least, so that a track of zeros has a score.
"""

import numpy as np
from jaxtyping import Float64

from senformer.variants.scorer import Prediction, Scorer

LEAST_PSEUDOCOUNT = 1e-6


def mean_relative_entropy(ref: Prediction, alt: Prediction) -> Float64[np.ndarray, " track"]:
    """Return half the sum of both relative entropies of the profiles for every track, in nats."""
    both = np.stack([ref.bins, alt.bins]).astype(np.float64)
    pseudocount = np.maximum(np.percentile(both, 25, axis=1).mean(axis=0), LEAST_PSEUDOCOUNT)
    both += pseudocount
    p, q = both / both.sum(axis=1, keepdims=True)
    # p log(p/q) + q log(q/p) in one sum, whose terms are never below 0.
    return ((p - q) * (np.log(p) - np.log(q))).sum(axis=0) / 2


JS = Scorer(
    name="JS",
    formula=(
        "(KL(p, q) + KL(q, p)) / 2, p and q = REF + c and ALT + c divided by their sums over bins, "
        "c = mean of the 25th percentiles over bins of both, 1e-6 at least"
    ),
    unit="nats",
    is_signed=False,
    function=mean_relative_entropy,
    source="Baskerville: JS, with a pseudocount of both alleles",
    kind="shape",
)
