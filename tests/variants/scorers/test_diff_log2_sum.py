import numpy as np
from tests.contracts.scorer import check_scorer

from senformer.variants.scorers.diff_log2_sum import DIFF_LOG2_SUM
from senformer.variants.scorers.sar import SAR


def test_diff_log2_sum__contract():
    check_scorer(DIFF_LOG2_SUM)


def test_diff_log2_sum__equals_sar():
    ref = np.array([[1.0, 0.0], [2.0, 0.0]], dtype=np.float32)
    alt = np.array([[7.0, 0.5], [8.0, 0.5]], dtype=np.float32)
    # track 0: log2(1 + 15) - log2(1 + 3); track 1: log2(1 + 1) - log2(1)
    np.testing.assert_array_equal(DIFF_LOG2_SUM(ref, alt), [2.0, 1.0])
    np.testing.assert_array_equal(DIFF_LOG2_SUM(ref, alt), SAR(ref, alt))
