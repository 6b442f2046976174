import numpy as np
from tests.contracts.scorer import check_scorer

from senformer.variants.scorers.sed import SED


def test_sed__contract():
    check_scorer(SED)


def test_sed__sum_over_the_bins_given():
    ref = np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float32)
    alt = np.array([[2.0, 2.0], [3.5, 3.0]], dtype=np.float32)
    np.testing.assert_array_equal(SED(ref, alt), [1.5, -1.0])
    assert SED.mask == "exons"
