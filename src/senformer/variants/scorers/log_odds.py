"""log_odds: the change of the log-odds of a probability. Under ``log_odds`` in ``SCORERS``.

Source: DeepSEA (Zhou and Troyanskaya 2015, Nature Methods, doi:10.1038/nmeth.3547): the relative log fold
change of the odds, here with the sign ALT - REF. A classifier has one bin; the mean is taken where there
are more.
"""

import numpy as np
from jaxtyping import Float64

from senformer.variants.scorer import Prediction, Scorer

LEAST_PROBABILITY = 1e-7


def log_odds_ratio(ref: Prediction, alt: Prediction) -> Float64[np.ndarray, " track"]:
    """Return the mean over bins of log(ALT / (1 - ALT)) - log(REF / (1 - REF)) for every track."""
    return (_log_odds(alt.bins) - _log_odds(ref.bins)).mean(axis=0)


def _log_odds(values: np.ndarray) -> Float64[np.ndarray, "bin track"]:
    exact = values.astype(np.float64)
    # Only a probability is moved off the ends; what is none stays so and gives no number.
    inside = (exact >= 0) & (exact <= 1)
    p = np.where(inside, np.clip(exact, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY), np.nan)
    return np.log(p) - np.log1p(-p)


log_odds = Scorer(
    name="log_odds",
    formula="mean over bins (log(ALT / (1 - ALT)) - log(REF / (1 - REF))), values kept 1e-7 from 0 and 1",
    unit="natural logarithm of odds",
    is_signed=True,
    function=log_odds_ratio,
    source="DeepSEA (2015): relative log fold change of odds",
    domain="probability",
)
