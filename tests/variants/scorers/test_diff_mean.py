import numpy as np
from tests.contracts.scorer import check_scorer

from senformer.variants.scorers.diff_mean import DIFF_MEAN


def test_diff_mean__contract():
    check_scorer(DIFF_MEAN)


def test_diff_mean__mean_over_bins():
    ref = np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float32)
    alt = np.array([[2.0, 2.0], [3.5, 3.0]], dtype=np.float32)
    # track 0: (1 + 0.5) / 2; track 1: (0 - 1) / 2
    np.testing.assert_array_equal(DIFF_MEAN(ref, alt), [0.75, -0.5])


def test_diff_mean__one_bin_of_class_scores_of_any_sign():
    # decision values: 0.5 - -1.5
    assert DIFF_MEAN(np.array([[-1.5]], dtype=np.float32), np.array([[0.5]], dtype=np.float32))[0] == 2.0
