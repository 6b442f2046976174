"""Jsd: SciPy's distance, window by window."""

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from senformer.evaluate.metrics import METRICS
from senformer.evaluate.metrics.jsd import Jsd


def profiles(seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    target = rng.poisson(2.0, (6, 20, 3)).astype(np.float32)
    return rng.gamma(1.0, 2.0, target.shape).astype(np.float32), target


def test_jsd__as_scipy() -> None:
    prediction, target = profiles()
    wide = prediction.astype(float), target.astype(float)
    expected = [
        np.mean([jensenshannon(wide[0][window, :, track], wide[1][window, :, track]) for window in range(6)])
        for track in range(3)
    ]
    found = METRICS["jsd"](3).add(prediction, target)
    np.testing.assert_allclose(found.result(), expected, rtol=1e-12)
    np.testing.assert_array_equal(found.n, [6, 6, 6])


def test_jsd__scale_does_not_count_and_the_most_is_the_root_of_log_2() -> None:
    profile = np.array([[0.0], [3.0], [1.0]])
    assert Jsd(1).add(5 * profile, profile).result()[0] == 0
    apart = Jsd(1).add(np.array([[1.0], [0.0]]), np.array([[0.0], [4.0]])).result()
    np.testing.assert_allclose(apart, np.sqrt(np.log(2)))


def test_jsd__masked_bins_are_in_neither_profile() -> None:
    prediction, target = profiles()
    target[:, 4:9] = np.nan
    kept = np.r_[0:4, 9:20]
    expected = Jsd(3).add(prediction[:, kept], target[:, kept]).result()
    np.testing.assert_allclose(Jsd(3).add(prediction, target).result(), expected, rtol=1e-12)


def test_jsd__windows_without_a_shape_are_left_out() -> None:
    prediction, target = profiles()
    expected = Jsd(3).add(prediction[1:], target[1:]).result()
    target[0, :, 0], target[0, 3, 1], prediction[0, :, 2] = 0, -1, 0
    found = Jsd(3).add(prediction, target)
    np.testing.assert_allclose(found.result(), expected, rtol=1e-12)
    np.testing.assert_array_equal(found.n, [5, 5, 5])
    assert np.isnan(Jsd(2).result()).all()


def test_jsd__parts_add_up() -> None:
    prediction, target = profiles()
    whole = Jsd(3).add(prediction, target)
    parts = [Jsd(3).add(prediction[rows], target[rows]) for rows in (slice(2), slice(2, None))]
    total = Jsd.from_state(parts[0].state) + parts[1]
    np.testing.assert_allclose(total.result(), whole.result(), rtol=1e-13)
    one = Jsd(3).add(prediction[0][:, :1], target[0][:, :1], np.array([1]))
    np.testing.assert_array_equal(one.n, [0, 1, 0])
    with pytest.raises(ValueError, match="same number of tracks"):
        Jsd(2) + Jsd(3)
