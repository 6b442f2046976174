"""Sums over bins."""

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from senformer.dataset.statistics import TrackSums

VALUES = np.array([[1, np.nan, 3], [2, np.nan, -5], [6, np.nan, np.nan], [0, np.nan, 4]], dtype=np.float32)


def test_track_sums__counts_finite_values_only() -> None:
    sums = TrackSums.of(VALUES)
    assert sums.n_bins == 4
    assert sums.n_finite.tolist() == [4, 0, 3]
    assert sums.total.tolist() == [9, 0, 2]


@settings(deadline=None)
@given(cut=st.integers(0, 4))
def test_track_sums__add_up_over_any_cut(cut: int) -> None:
    whole, parts = (
        TrackSums.of(VALUES).to_dict(),
        (TrackSums.of(VALUES[:cut]) + TrackSums.of(VALUES[cut:])).to_dict(),
    )
    np.testing.assert_allclose(parts.pop("squares"), whole.pop("squares"), rtol=1e-14)
    assert parts == whole


def test_track_sums__empty_is_neutral_and_survives_json() -> None:
    sums = TrackSums.empty(3) + TrackSums.of(VALUES)
    again = TrackSums.from_dict(json.loads(json.dumps(sums.to_dict())))
    assert again.to_dict() == sums.to_dict()
    assert TrackSums.from_dict(TrackSums.empty(3).to_dict()).highest.tolist() == [-np.inf] * 3


def test_report__mean_of_nothing_is_none() -> None:
    report = TrackSums.of(VALUES).report()
    assert report["mean"] == [2.25, None, 2 / 3]
    assert report["min"] == [0, None, -5]
    assert report["max"] == [6, None, 4]
    assert report["total"] == [9, 0, 2]
    # deviations of 1, 2, 6, 0 from 2.25: 1.5625 + 0.0625 + 14.0625 + 5.0625 = 20.75, over 4
    assert report["variance"][:2] == [20.75 / 4, None]


def test_track_sums__variance_of_many_bins_far_from_zero() -> None:
    rng = np.random.default_rng(7)
    values = (4096 + rng.integers(0, 64, (11_000, 3)) / 8).astype(np.float32)
    values[rng.random(values.shape) < 0.1] = np.nan
    sums = TrackSums.empty(3)
    for lo in range(0, 11_000, 777):
        sums += TrackSums.of(values[lo : lo + 777])
    for found in (sums, TrackSums.of(values)):
        expected = np.nanvar(values.astype(np.float64), axis=0)
        np.testing.assert_allclose(found.report()["variance"], expected, rtol=1e-10)
