import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from tests.contracts.metric import check_metric, toy_labels, toy_values

from senformer.evaluate.metrics import METRICS
from senformer.evaluate.metrics.pearson import PearsonSums


def test_pearson_sums__contract():
    check_metric(METRICS["pearson"], lambda x, y: scipy.stats.pearsonr(x, y).statistic)


def test_result__by_hand():
    # x = 1 2 3, y = 1 3 2: deviations -1 0 1 and -1 1 0; r = 1 / sqrt(2 * 2).
    sums = PearsonSums(1).add(np.array([[1.0], [2.0], [3.0]]), np.array([[1.0], [3.0], [2.0]]))
    np.testing.assert_allclose(sums.result(), [0.5])
    np.testing.assert_allclose([sums.mean_prediction, sums.mean_target], [[2.0], [2.0]])


def test_result__perfect_and_opposite_stay_within_one():
    x = np.random.default_rng(1).normal(size=(999, 1)).astype(np.float32)
    for sign in (1, -1):
        found = PearsonSums(1).add(x, sign * x).result()
        np.testing.assert_allclose(found, sign)
        assert abs(found[0]) <= 1


def test_result__one_value_has_no_correlation():
    assert np.isnan(PearsonSums(1).add(np.array([[1.0]]), np.array([[2.0]])).result()).all()


def test_mean__without_data_is_nan():
    sums = PearsonSums(2).add(np.ones((3, 2)), np.array([[np.nan, 1.0]] * 3))
    np.testing.assert_equal(sums.mean_target, [np.nan, 1.0])
    np.testing.assert_equal(sums.mean_prediction, [np.nan, 1.0])
    np.testing.assert_array_equal(sums.n, [0, 3])


def test_is_constant__survives_merging_values_that_do_not_sum_exactly():
    parts = [PearsonSums(1).add(np.arange(n, dtype=float)[:, None], np.full((n, 1), 0.1)) for n in (3, 7, 11)]
    total = parts[0] + parts[1] + parts[2]
    assert total.is_constant.all()
    assert np.isnan(total.result()).all()


def test_add__two_constants_that_differ_are_no_constant():
    total = PearsonSums(1).add(np.zeros((3, 1)), np.zeros((3, 1)))
    total.add(np.ones((5, 1)), np.ones((5, 1)))
    np.testing.assert_allclose(total.result(), [1.0])


def test_add__many_bins_keep_float64_digits():
    rng = np.random.default_rng(0)
    target = rng.gamma(0.2, 50.0, 300_000).astype(np.float32)
    prediction = (target + rng.gamma(1.0, 30.0, target.size)).astype(np.float32)
    sums = PearsonSums(1)
    for part in np.array_split(np.arange(target.size), 301):
        sums.add(prediction[part, None], target[part, None])
    expected = np.corrcoef(prediction.astype(np.float64), target.astype(np.float64))[0, 1]
    np.testing.assert_allclose(sums.result(), expected, rtol=1e-12)


@given(
    values=st.lists(st.tuples(*[st.floats(-1e4, 1e4, width=32)] * 2), min_size=2, max_size=40),
    cut=st.integers(0, 40),
)
def test_add__any_cut_gives_the_same(values, cut):
    x, y = np.array(values)[:, :1], np.array(values)[:, 1:]
    whole = PearsonSums(1).add(x, y)
    parts = PearsonSums(1).add(x[:cut], y[:cut]) + PearsonSums(1).add(x[cut:], y[cut:])
    np.testing.assert_array_equal(np.isnan(parts.result()), np.isnan(whole.result()))
    if whole._squares.min() > 1e-6:
        np.testing.assert_allclose(parts.result(), whole.result(), atol=1e-6)


def test_add__shapes_must_agree():
    # Under the shape checks of the test run it is they that speak first.
    text = r"predictions \(3, 2\) and targets \(4, 2\) differ in shape|f64\[4,2\]"
    with pytest.raises((ValueError, TypeError), match=text):
        PearsonSums(2).add(np.zeros((3, 2)), np.zeros((4, 2)))


def test_plus__other_track_numbers_are_refused():
    with pytest.raises(ValueError, match="same number of tracks"):
        PearsonSums(2) + PearsonSums(3)


def test_metrics__rows():
    prediction, labels = toy_labels()
    for make in METRICS.values():
        assert make(5).add(prediction, labels).result().shape == (5,)


def test_add__some_tracks_alone():
    prediction, target = toy_values()
    whole, parts = PearsonSums(5).add(prediction, target), PearsonSums(5)
    for tracks in (np.array([3, 0]), slice(1, 3), np.array([4])):
        parts.add(prediction[..., tracks], target[..., tracks], tracks)
    np.testing.assert_allclose(parts.state, whole.state, rtol=1e-12)


def test_add__without_masks_as_with_them():
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(2, 31, 3)).astype(np.float32)
    masked_x, masked_y = np.vstack([x, np.full((1, 3), 9e9)]), np.vstack([y, np.full((1, 3), np.nan)])
    whole, masked = PearsonSums(3).add(x, y), PearsonSums(3).add(masked_x, masked_y)
    np.testing.assert_allclose(masked.state, whole.state, rtol=1e-12, atol=1e-12)


def test_from_state__leaves_the_array():
    state = PearsonSums(2).add(np.eye(2), np.eye(2)).state
    kept = state.copy()
    PearsonSums.from_state(state).add(np.ones((3, 2)), np.zeros((3, 2)))
    np.testing.assert_array_equal(state, kept)
