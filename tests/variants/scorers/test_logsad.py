import numpy as np
from tests.contracts.scorer import check_scorer

from senformer.variants.scorers.logsad import LOG_SAD
from senformer.variants.scorers.sar import SAR


def test_logsad__contract():
    check_scorer(LOG_SAD)


def test_logsad__sum_of_logs():
    ref = np.array([[0.0, 1.0], [1.0, 0.0], [3.0, 0.0]], dtype=np.float32)
    alt = np.array([[1.0, 1.0], [3.0, 0.0], [0.0, 7.0]], dtype=np.float32)
    # track 0: (1 - 0) + (2 - 1) + (0 - 2) = 0; track 1: (1 - 1) + 0 + (3 - 0) = 3
    np.testing.assert_array_equal(LOG_SAD(ref, alt), [0.0, 3.0])


def test_logsad__is_not_the_log_of_sums():
    ref, alt = np.zeros((2, 1), dtype=np.float32), np.ones((2, 1), dtype=np.float32)
    # log2(2) twice against log2(3)
    assert LOG_SAD(ref, alt)[0] == 2.0
    assert SAR(ref, alt)[0] == np.log2(3)
