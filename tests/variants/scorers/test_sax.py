import numpy as np
from tests.contracts.scorer import check_scorer

from senformer.variants.scorers.sax import SAX


def test_sax__contract():
    check_scorer(SAX)


def test_sax__bin_that_changes_most():
    ref = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], dtype=np.float32)
    alt = np.array([[2.0, 2.0], [0.5, 3.0], [7.0, 9.0]], dtype=np.float32)
    # track 0: 1, -2.5, 2; track 1: 0, -1, 3
    np.testing.assert_array_equal(SAX(ref, alt), [-2.5, 3.0])


def test_sax__first_of_equal_sizes():
    ref = np.zeros((3, 1), dtype=np.float32)
    assert SAX(ref, np.array([[0.0], [-2.0], [2.0]], dtype=np.float32))[0] == -2.0
