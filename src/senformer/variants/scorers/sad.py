"""SAD: the change of the summed signal. Under ``SAD`` in ``SCORERS``.

Source: Kelley et al. 2018, Genome Research, doi:10.1101/gr.227819.117 ("SNP activity difference").
"""

import numpy as np
from jaxtyping import Float64

from senformer.variants.scorer import Prediction, Scorer


def summed_difference(ref: Prediction, alt: Prediction) -> Float64[np.ndarray, " track"]:
    """Return the sum over bins of ALT - REF for every track."""
    return alt.total - ref.total


SAD = Scorer(
    name="SAD",
    formula="sum over bins (ALT - REF)",
    unit="units of the track",
    is_signed=True,
    function=summed_difference,
    source="Basenji (2018): SAD",
    domain="any",
)
