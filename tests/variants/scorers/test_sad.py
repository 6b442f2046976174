import numpy as np
from tests.contracts.scorer import check_scorer

from senformer.variants.scorers.sad import SAD


def test_sad__contract():
    check_scorer(SAD)


def test_sad__worked_sum():
    ref = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], dtype=np.float32)
    alt = np.array([[2.0, 2.0], [3.5, 3.0], [5.0, 6.5]], dtype=np.float32)
    # track 0: 1 + 0.5 + 0 = 1.5; track 1: 0 - 1 + 0.5 = -0.5
    np.testing.assert_array_equal(SAD(ref, alt), [1.5, -0.5])


def test_sad__sums_in_float64():
    ref = np.full((4, 1), 2.0**24, dtype=np.float32)
    alt = ref.copy()
    alt[0] += 2
    assert SAD(ref, alt)[0] == 2.0  # float32 sums of 2**26 step by 8
