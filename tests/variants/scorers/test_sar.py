import numpy as np
from tests.contracts.scorer import check_scorer

from senformer.variants.scorers.sar import SAR


def test_sar__contract():
    check_scorer(SAR)


def test_sar__worked_sum():
    ref = np.array([[1.0, 0.0], [2.0, 0.0], [0.0, 0.0]], dtype=np.float32)
    alt = np.array([[5.0, 0.0], [2.0, 0.5], [8.0, 0.5]], dtype=np.float32)
    # track 0: log2(1 + 15) - log2(1 + 3) = 4 - 2; track 1: log2(1 + 1) - log2(1 + 0) = 1
    np.testing.assert_array_equal(SAR(ref, alt), [2.0, 1.0])
