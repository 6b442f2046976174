"""jsd: the Jensen-Shannon distance of the profiles. Under ``jsd`` in ``SCORERS``.

Source: variant-scorer (kundajelab/variant-scorer) of ChromBPNet: the square root of the Jensen-Shannon
divergence with base 2, so that it lies between 0 and 1. A profile that sums to 0 is taken to be flat.
"""

import numpy as np
from jaxtyping import Float64

from senformer.variants.scorer import Prediction, Scorer


def jensen_shannon_distance(ref: Prediction, alt: Prediction) -> Float64[np.ndarray, " track"]:
    """Return the Jensen-Shannon distance of both alleles' profiles for every track."""
    p, q = _profile(ref), _profile(alt)
    middle = (p + q) / 2
    divergence = (_relative_entropy(p, middle) + _relative_entropy(q, middle)) / 2
    # Rounding may leave a divergence of nearly equal profiles just below 0.
    return np.sqrt(np.maximum(divergence, 0.0))


def _profile(prediction: Prediction) -> Float64[np.ndarray, "bin track"]:
    total, n_bins = prediction.total, len(prediction.bins)
    flat = total == 0
    return np.where(flat, 1 / n_bins, prediction.bins / np.where(flat, 1.0, total))


def _relative_entropy(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    # A log2 of 1 stands in where p is 0; below 0 it stays what it is: not a number.
    ratio = np.where(p == 0, 1.0, p) / np.where(p == 0, 1.0, q)
    return (p * np.log2(ratio)).sum(axis=0)


jsd = Scorer(
    name="jsd",
    formula="sqrt((KL2(p, m) + KL2(q, m)) / 2), p and q = REF and ALT / sums over bins, m = (p + q) / 2",
    unit="0 to 1",
    is_signed=False,
    function=jensen_shannon_distance,
    source="variant-scorer (ChromBPNet): jsd",
    kind="shape",
)
