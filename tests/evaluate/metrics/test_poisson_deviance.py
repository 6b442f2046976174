"""PoissonDeviance: the contract against scikit-learn, values by hand, and where it does not exist."""

import numpy as np
import pytest
from sklearn.metrics import mean_poisson_deviance
from tests.contracts.metric import check_metric, toy_values

from senformer.evaluate.metrics import METRICS
from senformer.evaluate.metrics.poisson_deviance import PoissonDeviance


def test_poisson_deviance__contract() -> None:
    check_metric(
        METRICS["poisson_deviance"],
        lambda x, y: mean_poisson_deviance(y, x),
        constant=None,
        is_shift_invariant=False,
    )


def test_poisson_deviance__by_hand() -> None:
    # y = 2, p = 1: 2 (2 log 2 - 1); y = 0, p = 3: 2 * 3; y = 0, p = 0: nothing.
    found = PoissonDeviance(1).add(np.array([[1.0], [3.0], [0.0]]), np.array([[2.0], [0.0], [0.0]]))
    np.testing.assert_allclose(found.result(), [(2 * (2 * np.log(2) - 1) + 6) / 3], rtol=1e-14)


def test_poisson_deviance__where_there_is_none() -> None:
    # below zero in the target, in the prediction, a prediction of 0 where the target is more; all is well
    target = np.array([[-1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 0.0]])
    prediction = np.array([[1.0, -1.0, 0.0, 1.0], [1.0, 1.0, 1.0, 0.0]])
    bad = PoissonDeviance(4).add(prediction, target)
    well = PoissonDeviance(4).add(np.ones((3, 4)), np.ones((3, 4)))
    for sums in (bad, bad + well, well + bad, PoissonDeviance.from_state(bad.state)):
        np.testing.assert_array_equal(np.isnan(sums.result()), [True, True, True, False])
        np.testing.assert_array_equal(sums.is_outside, [True, True, True, False])
    np.testing.assert_array_equal(well.result(), 0)


def test_poisson_deviance__a_masked_bin_may_predict_anything() -> None:
    found = PoissonDeviance(1).add(np.array([[-9.0], [1.0]]), np.array([[np.nan], [1.0]]))
    np.testing.assert_array_equal(found.result(), [0.0])


def test_add__many_tracks_go_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    prediction, target = toy_values()
    whole = PoissonDeviance(5).add(prediction, target)
    monkeypatch.setattr("senformer.evaluate.metrics.poisson_deviance._COLUMNS", 2)
    blocks = PoissonDeviance(5).add(prediction, target)
    np.testing.assert_allclose(blocks.state, whole.state, rtol=1e-13)


def test_from_state__every_bit_comes_back() -> None:
    sums = PoissonDeviance(5).add(*toy_values())
    back = PoissonDeviance.from_state(sums.state)
    np.testing.assert_array_equal(back.state, sums.state)
    np.testing.assert_array_equal(back.n, sums.n)


def test_plus__other_track_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="same number of tracks"):
        PoissonDeviance(2) + PoissonDeviance(3)
