"""Bases to bins."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from senformer.tracks.binning import bin_signal


@pytest.mark.parametrize(
    ("stat", "expected"),
    [
        ("sum", [3.5, -6.0]),  # 1 + 2 + 0.5, -1 - 2 - 3
        ("mean", [3.5 / 3, -2.0]),
        ("max", [2.0, -1.0]),
    ],
)
def test_bin_signal__statistics(stat, expected):
    values = np.array([1, 2, 0.5, -1, -2, -3], dtype=np.float32)
    found = bin_signal(values, 3, stat)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.array(expected, dtype=np.float32))


@pytest.mark.parametrize("stat", ["sum", "mean", "max"])
def test_bin_signal__nan_base_makes_a_nan_bin(stat):
    values = np.array([1, np.nan, 2, 3, 4, 5], dtype=np.float32)
    np.testing.assert_array_equal(np.isnan(bin_signal(values, 2, stat)), [True, False, False])


def test_bin_signal__sums_in_float64():
    values = np.array([2**24] + [1] * 127, dtype=np.float32)  # each 1 is lost in a float32 running sum
    assert bin_signal(values, 128, "sum")[0] == np.float32(2**24 + 127)


def test_bin_signal__one_base_bins_change_nothing():
    values = np.array([1, -2, 3], dtype=np.float32)
    for stat in ("sum", "mean", "max"):
        np.testing.assert_array_equal(bin_signal(values, 1, stat), values)


def test_bin_signal__no_bases():
    assert bin_signal(np.zeros(0, np.float32), 4, "mean").shape == (0,)


@pytest.mark.parametrize("bin_bp", [4, 0, -5])
def test_bin_signal__part_of_a_bin(bin_bp):
    with pytest.raises(ValueError, match=f"10 bases are no whole number of bins of {bin_bp} bp"):
        bin_signal(np.zeros(10, np.float32), bin_bp)


def test_bin_signal__unknown_statistic():
    with pytest.raises(ValueError, match="no pooling is called 'median'; known are sum, mean, max"):
        bin_signal(np.zeros(10, np.float32), 5, "median")


def test_bin_signal__too_large_for_float32():
    with pytest.raises(ValueError, match=r"a bin's sum is 6e\+38, too large for float32"):
        bin_signal(np.full(2, 3e38, np.float32), 2, "sum")


@given(
    bins=st.lists(st.lists(st.floats(-1e4, 1e4, width=32), min_size=3, max_size=3), min_size=1, max_size=9)
)
def test_bin_signal__equals_bin_by_bin(bins):
    values = np.array(bins, dtype=np.float32).ravel()
    for stat, pool in (("sum", np.sum), ("mean", np.mean), ("max", np.max)):
        slow = [pool(np.array(one, dtype=np.float64)) for one in bins]
        np.testing.assert_allclose(bin_signal(values, 3, stat), slow, rtol=1e-6, atol=1e-9)
