import numpy as np
from tests.contracts.scorer import check_scorer

from senformer.variants.scorers.sqrtsad import SQRT_SAD


def test_sqrtsad__contract():
    check_scorer(SQRT_SAD)


def test_sqrtsad__sum_of_roots():
    ref = np.array([[0.0, 1.0], [1.0, 0.0], [9.0, 0.0]], dtype=np.float32)
    alt = np.array([[1.0, 1.0], [4.0, 0.0], [0.0, 16.0]], dtype=np.float32)
    # track 0: (1 - 0) + (2 - 1) + (0 - 3) = -1; track 1: 0 + 0 + 4
    np.testing.assert_array_equal(SQRT_SAD(ref, alt), [-1.0, 4.0])
