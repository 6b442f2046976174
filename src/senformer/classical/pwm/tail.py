"""How likely a random site is to score so much or more: exact, by the distribution of integer scores."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64

from senformer.classical.pwm.scoring import Background, Weights


@dataclass(frozen=True)
class ScoreTail:
    """The p-value of every score of a motif.

    Attributes
    ----------
    lowest
        The lowest score that there is.
    p_values
        Of the scores from ``lowest`` up, one by one: the share of random sites that score as much or more.
    """

    lowest: int
    p_values: Float64[np.ndarray, " _score"]

    def p_value(self, scores: Int64[np.ndarray, " site"]) -> Float64[np.ndarray, " site"]:
        """Return the p-values of scores that the motif can have."""
        return self.p_values[scores - self.lowest]

    def threshold(self, p: float) -> int:
        """Return the lowest score whose p-value is ``p`` at most; above all scores where there is none."""
        # From the lowest score up the values fall.
        return self.lowest + int(np.searchsorted(-self.p_values, -p, "left"))


def score_tail(weights: Weights, background: Background) -> ScoreTail:
    """Return the p-values of a motif's scores where bases are drawn from the background.

    Cost: the width times the range of scores, which has 100 steps a bit.
    """
    lows = weights.min(axis=1)
    steps = weights - lows[:, None]
    chance = np.ones(1)
    for row in steps:
        longer = np.zeros(len(chance) + int(row.max()))
        for step, frequency in zip(row, background, strict=True):
            longer[step : step + len(chance)] += frequency * chance
        chance = longer
    # From the rare end on, so that small sums stay exact.
    tail = np.minimum(np.cumsum(chance[::-1])[::-1], 1.0)
    return ScoreTail(int(lows.sum()), tail)
