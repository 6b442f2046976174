"""DIFF_MEAN: the change of the mean, or of a class score. Under ``DIFF_MEAN`` in ``SCORERS``.

Source: AlphaGenome (google-deepmind/alphagenome, variant_scorers.py: AggregationType). Of a classifier,
which has one bin, it is the difference of the class scores, whatever their scale: probabilities, logits, or
the decision values of a support-vector machine (deltaSVM: Lee et al. 2015, Nature Genetics,
doi:10.1038/ng.3331).
"""

import numpy as np
from jaxtyping import Float64

from senformer.variants.scorer import Prediction, Scorer


def difference_of_means(ref: Prediction, alt: Prediction) -> Float64[np.ndarray, " track"]:
    """Return the mean over bins of ALT - REF for every track."""
    return (alt.total - ref.total) / len(ref.bins)


DIFF_MEAN = Scorer(
    name="DIFF_MEAN",
    formula="mean over bins (ALT - REF)",
    unit="units of the track",
    is_signed=True,
    function=difference_of_means,
    source="AlphaGenome: DIFF_MEAN; class-score difference of classifiers (deltaSVM)",
    domain="any",
)
