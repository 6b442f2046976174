import numpy as np
import pytest
from tests.oracles.pwm import p_values

from senformer.classical.pwm.scoring import integer_weights, strand_background
from senformer.classical.pwm.tail import score_tail
from senformer.genome.motif_file import MotifMatrix


def test_score_tail__consensus_of_four():
    """p .7 of the consensus, .1 of the others: 149 and -132 steps; 1 of 256, 12 more with one mismatch."""
    background = strand_background([1.0, 1.0, 1.0, 1.0])
    motif = MotifMatrix("m", "", np.array([[7.0, 1, 1, 1]] * 4) * 1e6)
    tail = score_tail(integer_weights(motif, background, 0.1), background)
    scores = np.array([4 * 149, 3 * 149 - 132, -4 * 132])
    np.testing.assert_allclose(tail.p_value(scores), [1 / 256, 13 / 256, 1], rtol=1e-12)
    assert tail.threshold(13 / 256) in range(2 * 149 - 2 * 132 + 1, 3 * 149 - 132 + 1)
    assert tail.threshold(0.003) > 4 * 149


@pytest.mark.parametrize("frequencies", [[1.0, 1.0, 1.0, 1.0], [0.3, 0.2, 0.2, 0.3]])
def test_score_tail__equals_enumeration(frequencies):
    background = strand_background(frequencies)
    weights = np.random.default_rng(1).integers(-300, 200, (5, 4))
    expected = p_values(weights, background)
    scores = np.array(list(expected))
    tail = score_tail(weights, background)
    np.testing.assert_allclose(tail.p_value(scores), list(expected.values()), rtol=1e-10)
    for p in (0.5, 0.01, 0.002):
        is_site = scores >= tail.threshold(p)
        np.testing.assert_array_equal(is_site, np.array(list(expected.values())) <= p)
