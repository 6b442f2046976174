"""SAR: the log2 ratio of the summed signals. Under ``SAR`` in ``SCORERS``.

Source: Kelley et al. 2018, Genome Research, doi:10.1101/gr.227819.117 ("SNP activity ratio"), in its
log2(1 + x) form: the sum over bins is taken first, the logarithm second.
"""

import numpy as np
from jaxtyping import Float64

from senformer.variants.scorer import Prediction, Scorer


def log_ratio_of_sums(ref: Prediction, alt: Prediction) -> Float64[np.ndarray, " track"]:
    """Return log2(1 + sum over bins of ALT) - log2(1 + sum over bins of REF) for every track."""
    return np.log2(1 + alt.total) - np.log2(1 + ref.total)


SAR = Scorer(
    name="SAR",
    formula="log2(1 + sum over bins ALT) - log2(1 + sum over bins REF)",
    unit="log2 ratio",
    is_signed=True,
    function=log_ratio_of_sums,
    source="Basenji (2018): SAR",
)
