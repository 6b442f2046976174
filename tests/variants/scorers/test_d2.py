import numpy as np
from tests.contracts.scorer import check_scorer

from senformer.variants.scorers.d2 import D2


def test_d2__contract():
    check_scorer(D2)


def test_d2__euclidean_size():
    ref = np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float32)
    alt = np.array([[4.0, 2.0], [7.0, 1.0]], dtype=np.float32)
    # track 0: sqrt(9 + 16); track 1: sqrt(0 + 9)
    np.testing.assert_array_equal(D2(ref, alt), [5.0, 3.0])
