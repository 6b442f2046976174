import numpy as np
from tests.contracts.scorer import check_scorer

from senformer.variants.scorers.js import JS


def test_js__contract():
    check_scorer(JS)


def test_js__half_the_symmetric_entropy():
    ref = np.array([[0.0], [1.0], [1.0]], dtype=np.float32)
    alt = np.array([[1.0], [1.0], [0.0]], dtype=np.float32)
    # 25th percentiles 0.5 and 0.5, so c = 0.5: p = (1, 3, 3) / 7, q = (3, 3, 1) / 7
    # KL(p, q) = (1 log(1/3) + 3 log(3)) / 7 = 2 log(3) / 7, and KL(q, p) is the same
    np.testing.assert_allclose(JS(ref, alt), [2 * np.log(3) / 7], rtol=1e-12)


def test_js__height_does_not_matter_much():
    ref = np.array([[4.0], [4.0]], dtype=np.float32)
    assert JS(ref, 3 * ref)[0] == 0.0
