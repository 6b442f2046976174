"""D2: the Euclidean size of the change. Under ``D2`` in ``SCORERS``.

Source: Baskerville (calico/baskerville, src/baskerville/snps.py: D2), the L2 norm of the difference;
L2_DIFF of AlphaGenome.
"""

import numpy as np
from jaxtyping import Float64

from senformer.variants.scorer import Prediction, Scorer


def euclidean_size(ref: Prediction, alt: Prediction) -> Float64[np.ndarray, " track"]:
    """Return the square root of the sum over bins of (ALT - REF) squared for every track."""
    return np.sqrt(np.square(alt.bins.astype(np.float64) - ref.bins).sum(axis=0))


D2 = Scorer(
    name="D2",
    formula="sqrt(sum over bins (ALT - REF)^2)",
    unit="units of the track",
    is_signed=False,
    function=euclidean_size,
    source="Baskerville: D2; AlphaGenome: L2_DIFF",
    domain="any",
)
