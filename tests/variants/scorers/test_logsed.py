import numpy as np
from tests.contracts.scorer import check_scorer

from senformer.variants.scorers.logsed import LOG_SED


def test_logsed__contract():
    check_scorer(LOG_SED)


def test_logsed__sum_first_logarithm_second():
    ref = np.array([[1.0, 0.0], [2.0, 0.0]], dtype=np.float32)
    alt = np.array([[7.0, 0.5], [8.0, 0.5]], dtype=np.float32)
    # track 0: log2(16) - log2(4); track 1: log2(2) - log2(1)
    np.testing.assert_array_equal(LOG_SED(ref, alt), [2.0, 1.0])
    assert LOG_SED.mask == "exons"
