import numpy as np
from tests.contracts.scorer import check_scorer

from senformer.variants.scorers.diff_sum_log2 import DIFF_SUM_LOG2
from senformer.variants.scorers.logsad import LOG_SAD


def test_diff_sum_log2__contract():
    check_scorer(DIFF_SUM_LOG2)


def test_diff_sum_log2__equals_logsad():
    ref = np.array([[0.0, 1.0], [1.0, 0.0]], dtype=np.float32)
    alt = np.array([[1.0, 1.0], [7.0, 3.0]], dtype=np.float32)
    # track 0: (1 - 0) + (3 - 1); track 1: 0 + 2
    np.testing.assert_array_equal(DIFF_SUM_LOG2(ref, alt), [3.0, 2.0])
    np.testing.assert_array_equal(DIFF_SUM_LOG2(ref, alt), LOG_SAD(ref, alt))
