"""logfc: the log2 fold change of the total count. Under ``logfc`` in ``SCORERS``.

Source: variant-scorer (kundajelab/variant-scorer) of ChromBPNet, which compares total counts without a
pseudocount. Here a sum below 1e-6 counts as 1e-6, so that a track of zeros has a score.
"""

import numpy as np
from jaxtyping import Float64

from senformer.variants.scorer import Prediction, Scorer

LEAST_TOTAL = 1e-6


def log_fold_change(ref: Prediction, alt: Prediction) -> Float64[np.ndarray, " track"]:
    """Return log2(sum over bins of ALT / sum over bins of REF) for every track."""
    return np.log2(np.maximum(alt.total, LEAST_TOTAL)) - np.log2(np.maximum(ref.total, LEAST_TOTAL))


logfc = Scorer(
    name="logfc",
    formula="log2(sum over bins ALT) - log2(sum over bins REF), sums of 1e-6 at least",
    unit="log2 ratio",
    is_signed=True,
    function=log_fold_change,
    source="variant-scorer (ChromBPNet): logfc",
)
