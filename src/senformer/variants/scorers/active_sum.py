"""ACTIVE_SUM: the summed signal of the more active allele. Under ``ACTIVE_SUM`` in ``SCORERS``.

Source: AlphaGenome (google-deepmind/alphagenome, variant_scorers.py: AggregationType). A level and no
difference: it says whether there is anything that an effect could be an effect on.
"""

import numpy as np
from jaxtyping import Float64

from senformer.variants.scorer import Prediction, Scorer


def larger_sum(ref: Prediction, alt: Prediction) -> Float64[np.ndarray, " track"]:
    """Return the larger of both alleles' sums over bins for every track."""
    return np.maximum(alt.total, ref.total)


ACTIVE_SUM = Scorer(
    name="ACTIVE_SUM",
    formula="max(sum over bins ALT, sum over bins REF)",
    unit="units of the track",
    is_signed=False,
    function=larger_sum,
    source="AlphaGenome: ACTIVE_SUM",
    domain="any",
    kind="level",
)
