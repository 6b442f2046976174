"""Values of the published program, re-computed independently to eight digits."""

import numpy as np
import pytest

from senformer.model.kmers.filters import estimated, shared_gapped


@pytest.mark.parametrize(
    ("sizes", "truncated", "first", "ratios"),
    [
        ((10, 6), True, 0.1695983, [0.32862833, 0.08815240, 0.01638518, 0.00148956]),
        ((11, 7), True, 0.2200050, [0.27459322, 0.06054063, 0.00806725, 0.00047454]),
        ((6, 4), True, None, [0.28413164, 0.04972918, 0]),
        ((10, 6), False, None, [0.26056542, 0.02895171, -0.00965057, -0.00229776]),
        ((6, 4), False, None, [0.21215296, -0.01414353, -0.01414353]),
    ],
)
def test_estimated__published_values(sizes, truncated, first, ratios):
    found = estimated(*sizes, len(ratios), truncated=truncated)
    np.testing.assert_allclose(np.array(found[1:]) / found[0], ratios, atol=1e-8)
    if first is not None:
        assert found[0] == pytest.approx(first, abs=1e-7)


def test_shared_gapped__words_with_two_mismatches_of_six_share_one_of_four_bases():
    assert shared_gapped(6, 4, 3) == [15, 5, 1, 0]
