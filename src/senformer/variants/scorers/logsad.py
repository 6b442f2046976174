"""logSAD: the summed change of the logarithm. Under ``logSAD`` in ``SCORERS``.

Source: Baskerville (calico/baskerville, src/baskerville/snps.py: logSAD, also called logSUM): the logarithm
of each bin is taken first, the sum second.
"""

import numpy as np
from jaxtyping import Float64

from senformer.variants.scorer import Prediction, Scorer


def sum_of_log_ratios(ref: Prediction, alt: Prediction) -> Float64[np.ndarray, " track"]:
    """Return the sum over bins of log2(1 + ALT) - log2(1 + REF) for every track."""
    return alt.log_total - ref.log_total


LOG_SAD = Scorer(
    name="logSAD",
    formula="sum over bins log2(1 + ALT) - sum over bins log2(1 + REF)",
    unit="log2 ratio, summed over bins",
    is_signed=True,
    function=sum_of_log_ratios,
    source="Baskerville: logSAD (logSUM)",
)
