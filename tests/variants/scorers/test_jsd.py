import numpy as np
from scipy.spatial.distance import jensenshannon
from tests.contracts.scorer import check_scorer
from tests.variants.toy import random_predictions

from senformer.variants.scorers.jsd import jsd


def test_jsd__contract():
    check_scorer(jsd)


def test_jsd__distance_of_profiles():
    ref = np.array([[2.0, 1.0], [0.0, 1.0]], dtype=np.float32)
    alt = np.array([[0.0, 3.0], [5.0, 1.0]], dtype=np.float32)
    # track 0: nothing in common, so 1; track 1: p = (1/2, 1/2), q = (3/4, 1/4), m = (5/8, 3/8)
    kl_p = 0.5 * np.log2(4 / 5) + 0.5 * np.log2(4 / 3)
    kl_q = 0.75 * np.log2(6 / 5) + 0.25 * np.log2(2 / 3)
    np.testing.assert_allclose(jsd(ref, alt), [1.0, np.sqrt((kl_p + kl_q) / 2)], rtol=1e-12)


def test_jsd__equals_scipy():
    ref, alt = (random_predictions(9, 4, seed) for seed in (5, 6))
    expected = [jensenshannon(ref[:, t], alt[:, t], base=2.0) for t in range(4)]
    np.testing.assert_allclose(jsd(ref, alt), expected, rtol=1e-6)
