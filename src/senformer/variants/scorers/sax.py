"""SAX: the change of the bin that changes most. Under ``SAX`` in ``SCORERS``.

Source: Baskerville (calico/baskerville, src/baskerville/snps.py: SAX). Of equal changes the first bin's
counts.
"""

import numpy as np
from jaxtyping import Float64

from senformer.variants.scorer import Prediction, Scorer


def largest_difference(ref: Prediction, alt: Prediction) -> Float64[np.ndarray, " track"]:
    """Return ALT - REF, with its sign, of the bin where its absolute value is largest, for every track."""
    difference = alt.bins.astype(np.float64) - ref.bins
    place = np.abs(difference).argmax(axis=0)
    return np.take_along_axis(difference, place[None], axis=0)[0]


SAX = Scorer(
    name="SAX",
    formula="ALT - REF at the bin where abs(ALT - REF) is largest",
    unit="units of the track",
    is_signed=True,
    function=largest_difference,
    source="Baskerville: SAX",
    domain="any",
)
