import numpy as np
from tests.contracts.scorer import check_scorer

from senformer.variants.scorers.active_sum import ACTIVE_SUM


def test_active_sum__contract():
    check_scorer(ACTIVE_SUM)


def test_active_sum__larger_of_both_sums():
    ref = np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float32)
    alt = np.array([[2.0, 2.0], [3.5, 3.0]], dtype=np.float32)
    # track 0: max(5.5, 4); track 1: max(5, 6)
    np.testing.assert_array_equal(ACTIVE_SUM(ref, alt), [5.5, 6.0])
