"""Bins to targets and back."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.oracles.targets import bin_target

from senformer.core.errors import DataError
from senformer.tracks.binning import bin_signal
from senformer.tracks.orders import ORDERS
from senformer.tracks.scaling import Scaling
from senformer.tracks.track import Track


def _array(*values):
    return np.array(values, dtype=np.float32)


@pytest.mark.parametrize(
    ("scaling", "x", "y"),
    [
        (Scaling(), 5.0, 5.0),
        (Scaling(scale=2.0), 5.0, 10.0),
        (Scaling(clip=32.0, scale=2.0), 40.0, 64.0),  # clip, then scale
        (Scaling(clip_soft=10.0), 10.0, 10.0),
        (Scaling(clip_soft=10.0), 18.0, 12.0),  # 10 - 1 + sqrt(18 - 10 + 1)
        (Scaling(clip_soft=10.0, clip=11.0, scale=0.5), 18.0, 5.5),  # 12, then 11, then 5.5
        (Scaling(sqrt=True), 8.0, 2.0),  # -1 + sqrt(1 + 8)
        (Scaling(sqrt=True, clip_soft=3.0, scale=2.0), 440.0, 2 * (2 + math.sqrt(18))),  # 20, 2 + sqrt(18)
        (Scaling(scale=-1.0), -4.0, 4.0),
        (Scaling(clip=32.0), -4.0, -4.0),  # no lower bound
        (Scaling(order="basenji_2020", clip=32.0, scale=2.0), 40.0, 64.0),  # clip, then scale
        (Scaling(order="basenji_2020", clip=32.0), -4.0, 0.0),  # never below 0
        (Scaling(order="basenji_2020"), -4.0, -4.0),  # without a clip there is no bound
        (Scaling(order="basenji_2020", clip_soft=10.0, scale=2.0), 26.0, 28.0),  # 2 x (10 + sqrt(16))
        (Scaling(order="basenji_current", clip=32.0, scale=2.0), 20.0, 32.0),  # scale, then clip
        (Scaling(order="basenji_current", clip=32.0), -40.0, -32.0),  # the bound is mirrored
        (Scaling(order="basenji_current", clip_soft=10.0, scale=2.0), 9.0, 12.0),  # 18: 9 + sqrt(9)
        (Scaling(order="basenji_current", scale=0.5, sqrt=True), 16.0, 2.0),  # -1 + sqrt(1 + 8)
        (Scaling(clip_extreme=7.0, scale=2.0), 5.0, 7.0),
        (Scaling(clip_extreme=7.0, scale=2.0), -5.0, -7.0),
    ],
)
def test_apply__worked_cases(scaling, x, y):
    np.testing.assert_allclose(scaling.apply(_array(x)), _array(y), rtol=1e-6)


def test_apply__nan_stays_and_shape_is_kept():
    scaling = Scaling(clip=9.0, clip_soft=4.0, scale=3.0, sqrt=True)
    found = scaling.apply(np.array([[1, np.nan, 3], [400, 5, np.nan]], dtype=np.float32))
    assert found.shape == (2, 3)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(np.isnan(found), [[False, True, False], [False, False, True]])
    assert np.isnan(scaling.inverse(found)[0, 1])


def test_inverse__what_the_hard_clip_cut_comes_back_as_the_clip():
    scaling = Scaling(clip=32.0, scale=2.0)
    np.testing.assert_array_equal(scaling.inverse(scaling.apply(_array(40, 31))), _array(32, 31))


def test_inverse__prediction_above_the_clip_is_taken_at_its_word():
    assert Scaling(clip=32.0, scale=2.0).inverse(_array(100))[0] == 50


def test_inverse__below_what_sqrt_makes_is_nan():
    np.testing.assert_array_equal(Scaling(sqrt=True).inverse(_array(-1.5, -1, 0)), _array(np.nan, -1, 0))


def test_apply__sqrt_of_a_negative_bin_names_the_track():
    scaling = Scaling.of(Track(0, "cage", Path("x.bw"), sqrt=True, line=5))
    with pytest.raises(DataError) as caught:
        scaling.apply(_array(3, -2.5, np.nan))
    assert str(caught.value) == (
        "track cage, line 5 of its table: a bin is -2.5 before the square root; "
        "sqrt(1 + x) needs -1 or more. "
        "Give a track that is stored below zero a negative scale, or leave sqrt out for it."
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"scale": 0.0}, "scale is 0, which would erase the signal"),
        ({"clip": math.inf}, "clip is inf, which is not finite"),
        ({"clip_soft": math.nan}, "clip_soft is nan, which is not finite"),
        ({"order": "2021"}, "no order is called '2021'; known are senformer, basenji_2020, basenji_current"),
    ],
)
def test_scaling__numbers_that_cannot_be_inverted(values, message):
    with pytest.raises(ValueError, match=message):
        Scaling(**values)


def test_of__takes_the_row_s_numbers():
    row = {"clip": 384.0, "clip_soft": 64.0, "scale": 0.5, "sqrt": True, "clip_extreme": 900.0}
    track = Track(0, "a", Path("x.bw"), target_order="basenji_2020", **row)
    assert Scaling.of(track) == Scaling(order="basenji_2020", **row)


STATISTICS = ("sum", "sum_sqrt", "mean", "mean_sqrt", "max", "max_sqrt")


@pytest.mark.parametrize("order", list(ORDERS))
@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("scale", [2.5, 0.5])
@pytest.mark.parametrize("clip", [(None, None), (4.0, None), (None, 6.0), (4.0, 6.0)])
def test_apply__equals_the_recipe_bin_by_bin(order, statistic, scale, clip):
    rng = np.random.default_rng(3)
    signal = np.round(rng.gamma(0.4, 2.0, (31, 8)), 3)
    signal[4, 2] = np.nan
    if not statistic.endswith("_sqrt"):
        signal[10:20] *= -1
    pooled = bin_signal(signal.ravel().astype(np.float32), 8, statistic.removesuffix("_sqrt"))
    scaling = Scaling(clip[1], clip[0], scale, statistic.endswith("_sqrt"), order)
    expected = [bin_target(list(bases), statistic, scale, clip, order) for bases in signal]
    np.testing.assert_allclose(scaling.apply(pooled), expected, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("order", list(ORDERS))
def test_apply_marked__counts_what_the_clips_changed(order):
    scaling = Scaling(clip_soft=10.0, clip=14.0, order=order)
    # soft: 12 and 1,000 lie above 10; hard: 1,000 stays above 14, and -20 is below what the order allows
    _, is_soft, is_hard = scaling.apply_marked(_array(3, 12, 1000, np.nan, -20))
    assert is_soft.tolist() == [False, True, True, False, False]
    assert is_hard.tolist() == [False, False, True, False, order != "senformer"]


def test_apply_marked__the_extreme_bound_counts_as_a_hard_clip():
    found, _, is_hard = Scaling(clip_extreme=5.0).apply_marked(_array(5, 6, -7, np.nan))
    assert is_hard.tolist() == [False, True, True, False]
    np.testing.assert_array_equal(found, _array(5, 5, -5, np.nan))


@given(
    x=st.lists(st.floats(0, 1e5, width=32), min_size=1, max_size=20),
    clip_soft=st.none() | st.floats(0.5, 500),
    scale=st.floats(0.01, 10) | st.floats(-10, -0.01),
    sqrt=st.booleans(),
    order=st.sampled_from(list(ORDERS)),
)
def test_inverse__undoes_apply(x, clip_soft, scale, sqrt, order):
    scaling = Scaling(clip_soft=clip_soft, scale=scale, sqrt=sqrt, order=order)
    values = _array(*x) * np.float32(np.sign(scale) if ORDERS[order].scaled != "last" else 1)
    # Two square roots shrink the relative step of float32: at 1e5 the result is near 20.
    np.testing.assert_allclose(scaling.inverse(scaling.apply(values)), values, rtol=2e-5, atol=1e-5)


@given(x=st.lists(st.floats(0, 1e5, width=32), min_size=2, max_size=20), sqrt=st.booleans())
def test_apply__keeps_the_order(x, sqrt):
    values = np.sort(_array(*x))
    assert (np.diff(Scaling(clip=70.0, clip_soft=30.0, scale=2.0, sqrt=sqrt).apply(values)) >= 0).all()


def test_apply__negative_scale_turns_the_signal_round_before_the_square_root():
    # sqrt(1 + 8) - 1 = 2, times 0.5
    scaling = Scaling(scale=-0.5, sqrt=True)
    assert scaling.apply(np.array([-8.0, 0.0])).tolist() == [1.0, 0.0]
    assert scaling.inverse(np.array([1.0, 0.0])).tolist() == [-8.0, 0.0]


def test_apply__negative_scale_is_clipped_by_its_size():
    scaling = Scaling(clip=10.0, scale=-1.0)
    assert scaling.apply(np.array([-25.0, -4.0])).tolist() == [10.0, 4.0]
