import numpy as np
from tests.contracts.scorer import check_scorer

from senformer.variants.scorers.log_odds import log_odds


def test_log_odds__contract():
    check_scorer(log_odds)


def test_log_odds__of_probabilities():
    ref = np.array([[0.5, 0.2]], dtype=np.float64)
    alt = np.array([[0.75, 0.2]], dtype=np.float64)
    # track 0: log(3) - log(1); track 1: no change
    np.testing.assert_allclose(log_odds(ref, alt), [np.log(3), 0.0], rtol=1e-12)


def test_log_odds__ends_are_moved_in():
    ref, alt = np.zeros((1, 1), dtype=np.float32), np.ones((1, 1), dtype=np.float32)
    # log(1e-7) is -16.118
    np.testing.assert_allclose(log_odds(ref, alt), [2 * np.log((1 - 1e-7) / 1e-7)])


def test_log_odds__no_probability_gives_no_number():
    assert np.isnan(log_odds(np.array([[0.5]]), np.array([[1.5]]))[0])
