"""NaN and blacklist, tile by tile, against the recipe told base by base."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles.targets import fill_tile

from senformer.core.errors import DataError
from senformer.dataset.config import DatasetConfig
from senformer.dataset.fill import FillRules, fill_signal, refuse_nan
from senformer.tracks.orders import ORDERS

NAN = ("mask", "zero", "baseline", "interpolate")
SIGNAL = np.array([1, np.nan, 3, 4, 5, np.nan], dtype=np.float32)


def rules(nan: str, order: str = "senformer", percent: float = 50.0, tile_bp: int = 6) -> FillRules:
    return FillRules(nan, ORDERS[order].blacklist, percent, tile_bp)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("nan", "expected"),
    [
        ("mask", [1, np.nan, 3, 4, 5, np.nan]),
        ("error", [1, np.nan, 3, 4, 5, np.nan]),
        ("zero", [1, 0, 3, 4, 5, 0]),
        ("baseline", [1, 3.5, 3, 4, 5, 3.5]),  # the median of 1, 3, 4, 5
        ("interpolate", [1, 2, 3, 4, 5, 2.5]),  # halfway from 5 to the 0 beyond the tile's end
    ],
)
def test_fill_signal__policies(nan: str, expected: list[float]) -> None:
    np.testing.assert_array_equal(fill_signal(SIGNAL, None, rules(nan)), expected)
    assert np.isnan(SIGNAL).sum() == 2


def test_fill_signal__blacklist_is_replaced_or_bounded() -> None:
    signal = np.array([0, 9, 1, np.nan, -9, 2], dtype=np.float32)
    black = np.array([True, True, False, True, True, False])
    # the median of 0, 9, 1, -9, 2 is 1
    np.testing.assert_array_equal(
        fill_signal(signal, black, rules("mask", "basenji_2020")), [1, 1, 1, 1, 1, 2]
    )
    np.testing.assert_array_equal(
        fill_signal(signal, black, rules("mask", "basenji_current")), [0, 1, 1, np.nan, -1, 2]
    )
    np.testing.assert_array_equal(
        fill_signal(signal, black, rules("baseline", "basenji_current")), [0, 1, 1, 1, -1, 2]
    )


def test_fill_signal__the_baseline_is_that_of_measured_bases_alone() -> None:
    signal = np.array([9, np.nan, np.nan, np.nan, 1, 1, 1], dtype=np.float32)
    black = np.array([True, False, True, False, False, False, False])
    # the median of 9, 1, 1, 1; with the 7, 5, 3 between 9 and 1 it would be 3
    np.testing.assert_array_equal(
        fill_signal(signal, black, rules("interpolate", "basenji_2020", tile_bp=7)), [1, 7, 1, 3, 1, 1, 1]
    )
    np.testing.assert_array_equal(
        fill_signal(signal, black, rules("interpolate", "basenji_current", tile_bp=7)), [1, 7, 1, 3, 1, 1, 1]
    )


def test_fill_signal__a_tile_without_a_measured_base_stays_masked() -> None:
    hollow = np.full(4, np.nan, dtype=np.float32)
    for nan in ("mask", "baseline", "interpolate"):
        found = fill_signal(hollow, np.ones(4, dtype=bool), rules(nan, "basenji_2020"))
        assert np.isnan(found).all()
    assert (fill_signal(hollow, np.ones(4, dtype=bool), rules("zero")) == 0).all()


def test_fill_signal__nothing_to_do_returns_the_same_array() -> None:
    whole = np.arange(5, dtype=np.float32)
    for nan in NAN:
        assert fill_signal(whole, None, rules(nan)) is whole
        assert fill_signal(whole, np.zeros(5, dtype=bool), rules(nan)) is whole


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 1000),
    n_bases=st.integers(1, 70),
    tile_bp=st.integers(1, 40),
    nan=st.sampled_from(NAN),
    order=st.sampled_from(list(ORDERS)),
    percent=st.sampled_from([0.0, 10.0, 50.0, 99.9]),
)
def test_fill_signal__equals_the_recipe(
    seed: int, n_bases: int, tile_bp: int, nan: str, order: str, percent: float
) -> None:
    rng = np.random.default_rng(seed)
    signal = rng.normal(1, 2, n_bases).astype(np.float32)
    signal[rng.random(n_bases) < rng.choice([0, 0.2, 0.9])] = np.nan
    black = rng.random(n_bases) < rng.choice([0, 0.3])
    expected: list[float] = []
    for lo in range(0, n_bases, tile_bp):
        tile, dark = signal[lo : lo + tile_bp], black[lo : lo + tile_bp]
        expected += fill_tile([float(v) for v in tile], [bool(b) for b in dark], order, nan, percent)
    found = fill_signal(signal, black, rules(nan, order, percent, tile_bp))
    np.testing.assert_allclose(found, np.array(expected, dtype=np.float32), rtol=2e-6, atol=1e-6)


def test_refuse_nan__names_the_first_base() -> None:
    with pytest.raises(DataError, match=r"track 'a' chrA:1602: the signal is NaN there \(as are 2") as caught:
        refuse_nan(SIGNAL, "track 'a' chrA", 1600)
    assert caught.value.code == "E408"
    others = set(get_args(DatasetConfig.model_fields["nan"].annotation)) - {"error"}
    assert {word.strip(".,:") for word in caught.value.todo.split()} >= others
    refuse_nan(SIGNAL[2:5], "x", 0)
