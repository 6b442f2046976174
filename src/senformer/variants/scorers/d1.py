"""D1: the size of the change, summed. Under ``D1`` in ``SCORERS``.

Source: Baskerville (calico/baskerville, src/baskerville/snps.py: D1), the L1 norm of the difference. One
value a track here; the source averages over tracks in some versions.
"""

import numpy as np
from jaxtyping import Float64

from senformer.variants.scorer import Prediction, Scorer


def sum_of_sizes(ref: Prediction, alt: Prediction) -> Float64[np.ndarray, " track"]:
    """Return the sum over bins of abs(ALT - REF) for every track."""
    return np.abs(alt.bins.astype(np.float64) - ref.bins).sum(axis=0)


D1 = Scorer(
    name="D1",
    formula="sum over bins abs(ALT - REF)",
    unit="units of the track",
    is_signed=False,
    function=sum_of_sizes,
    source="Baskerville: D1, per track",
    domain="any",
)
