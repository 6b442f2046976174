import numpy as np
from tests.contracts.scorer import check_scorer

from senformer.variants.scorers.logfc import logfc


def test_logfc__contract():
    check_scorer(logfc)


def test_logfc__ratio_of_totals():
    ref = np.array([[1.0, 0.25], [3.0, 0.25]], dtype=np.float32)
    alt = np.array([[8.0, 0.125], [8.0, 0.125]], dtype=np.float32)
    # track 0: log2(16 / 4); track 1: log2(0.25 / 0.5)
    np.testing.assert_array_equal(logfc(ref, alt), [2.0, -1.0])
