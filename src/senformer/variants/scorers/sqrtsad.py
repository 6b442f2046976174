"""sqrtSAD: the summed change of the square root. Under ``sqrtSAD`` in ``SCORERS``.

Source: Baskerville (calico/baskerville, src/baskerville/snps.py: sqrtSAD, also called sqrtSUM): the root of
each bin is taken first, the sum second.
"""

import numpy as np
from jaxtyping import Float64

from senformer.variants.scorer import Prediction, Scorer


def sum_of_root_differences(ref: Prediction, alt: Prediction) -> Float64[np.ndarray, " track"]:
    """Return the sum over bins of sqrt(ALT) - sqrt(REF) for every track."""
    return alt.sqrt_total - ref.sqrt_total


SQRT_SAD = Scorer(
    name="sqrtSAD",
    formula="sum over bins sqrt(ALT) - sum over bins sqrt(REF)",
    unit="square root of the units of the track, summed over bins",
    is_signed=True,
    function=sum_of_root_differences,
    source="Baskerville: sqrtSAD (sqrtSUM)",
)
