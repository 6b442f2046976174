import numpy as np
import pytest

from senformer.classical.pwm.scoring import integer_weights, strand_background
from senformer.genome.motif_file import MotifMatrix


def test_integer_weights__log_odds_with_pseudocounts():
    motif = MotifMatrix("m", "", np.array([[7.0, 1, 1, 1], [0, 0, 10, 0]]))
    # (7 + .25) / 11 over .25: 1.3987 bits; (0 + .25) / 11 over .25: -3.4594 bits.
    found = integer_weights(motif, strand_background([1.0, 1.0, 1.0, 1.0]), 1.0)
    # (1 + .25) / 11 over .25: -1.1375 bits; (10 + .25) / 11 over .25: 1.8981 bits.
    assert found.tolist() == [[140, -114, -114, -114], [-346, -346, 190, -346]]


def test_strand_background__is_that_of_both_strands():
    np.testing.assert_allclose(strand_background([0.4, 0.1, 0.2, 0.3]), [0.35, 0.15, 0.15, 0.35])


@pytest.mark.parametrize("given", [[0.5, 0.5, 0.0, 0.0], [1.0, 1.0, 1.0], [np.nan, 1.0, 1.0, 1.0]])
def test_strand_background__refuses(given):
    with pytest.raises(ValueError, match="four frequencies above 0"):
        strand_background(given)


def test_integer_weights__without_a_pseudocount():
    motif = MotifMatrix("m", "", np.ones((1, 4)))
    with pytest.raises(ValueError, match="pseudocount is 0"):
        integer_weights(motif, strand_background([1.0, 1.0, 1.0, 1.0]), 0.0)
