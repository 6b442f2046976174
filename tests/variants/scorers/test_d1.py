import numpy as np
from tests.contracts.scorer import check_scorer

from senformer.variants.scorers.d1 import D1


def test_d1__contract():
    check_scorer(D1)


def test_d1__sum_of_sizes():
    ref = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], dtype=np.float32)
    alt = np.array([[2.0, 2.0], [0.5, 3.0], [7.0, 9.0]], dtype=np.float32)
    # track 0: 1 + 2.5 + 2; track 1: 0 + 1 + 3
    np.testing.assert_array_equal(D1(ref, alt), [5.5, 4.0])
