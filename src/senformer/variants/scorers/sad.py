"""SAD: the change of the summed signal. Under ``SAD`` in ``SCORERS``.

Source: Kelley et al. 2018, Genome Research, doi:10.1101/gr.227819.117 ("SNP activity difference").
"""

import numpy as np
from jaxtyping import Float

from senformer.variants.scorer import Scorer


def summed_difference(
    ref: Float[np.ndarray, "bin track"], alt: Float[np.ndarray, "bin track"]
) -> Float[np.ndarray, " track"]:
    """Return the sum over bins of ALT - REF for every track."""
    return (alt - ref).sum(axis=0)


SAD = Scorer(
    name="SAD",
    formula="sum over bins (ALT - REF)",
    unit="units of the track",
    is_signed=True,
    function=summed_difference,
)
