from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from tests.oracles.drift import distance, drift

from senformer.evaluate.drift import DRIFT, Drift, band_edges, band_rows
from senformer.tracks.track import Track

TRACKS = [Track(index, f"t{index}", Path("."), assay) for index, assay in enumerate(["CAGE", "", "CAGE"])]


def pairs(n_windows: int, n_bins: int, seed: int = 3):
    """Return windows of two models' predictions and of what was measured."""
    rng = np.random.default_rng(seed)
    other = rng.gamma(2.0, 3.0, (n_windows, n_bins, 3)).astype(np.float32)
    own = (other + rng.normal(0, 1, other.shape) * [0.1, 1.0, 3.0]).astype(np.float32)
    measured = (other + rng.normal(0, 4, other.shape)).astype(np.float32)
    measured[:, n_bins // 2, 0] = np.nan
    return own, other, measured


def counted(windows, n_bins) -> Drift:
    found = Drift(3, n_bins)
    for own, other, measured in zip(*windows, strict=True):
        found.add(own, other, measured)
    return found


@pytest.mark.parametrize("n_bins", [1, 7, 40])
def test_drift__as_written_out(n_bins):
    windows = pairs(5, n_bins)
    found = counted(windows, n_bins)
    table = found.table(TRACKS)
    expected = drift(*windows[:2], range(n_bins))
    keys = ["pearson_r", "rms", "relative_rms", "max_difference"]
    np.testing.assert_allclose(table[keys].to_numpy().T, expected, rtol=1e-9)
    for number, (first, end) in enumerate(band_edges(n_bins)):
        bins = [bin_ for bin_ in range(n_bins) if first <= distance(bin_, n_bins) < end]
        r, _, relative, _ = drift(*windows[:2], bins)
        np.testing.assert_allclose(found.relative_rms()[number], relative, rtol=1e-9)
        np.testing.assert_allclose(found.bands[number].result(), r, rtol=1e-9)
    np.testing.assert_array_equal(table["relative_rms_edge"], found.relative_rms()[0])
    np.testing.assert_array_equal(table["relative_rms_middle"], found.relative_rms()[-2])


def test_drift__accuracy_of_both_where_measured():
    own, other, measured = windows = pairs(6, 9)
    summary = counted(windows, 9).summary(TRACKS)
    r = np.empty((2, 3))
    for model, values in enumerate((own, other)):
        for track in range(3):
            known = ~np.isnan(measured[..., track])
            sides = values[..., track][known], measured[..., track][known]
            r[model, track] = scipy.stats.pearsonr(*sides).statistic
    assert summary["measured_pearson_mean"] == pytest.approx(r[0].mean(), rel=1e-6)
    assert summary["kept"] == pytest.approx(r[0].mean() / r[1].mean(), rel=1e-6)
    cage = r[:, [0, 2]].mean(axis=1)
    assert summary["by_assay"]["CAGE"]["kept"] == pytest.approx(cage[0] / cage[1], rel=1e-6)
    assert list(summary["by_assay"]) == ["CAGE", "unknown"]


def test_drift__nothing_measured_nothing_kept():
    own, other, measured = pairs(2, 5)
    summary = counted((own, other, np.full_like(measured, np.nan)), 5).summary(TRACKS)
    assert summary["kept"] is None
    assert summary["measured_pearson_mean_against"] is None
    assert summary["pearson_mean"] is not None


def test_drift__of_a_model_without_accuracy_no_share_is_kept():
    own, other, _ = pairs(4, 6)
    summary = counted((own, other, -other), 6).summary(TRACKS)
    assert summary["measured_pearson_mean_against"] == pytest.approx(-1)
    assert summary["kept"] is None


def test_drift__of_equal_models_is_nothing():
    _, other, measured = pairs(3, 6)
    table = counted((other, other, measured), 6).table(TRACKS)
    zeros = ["rms", "relative_rms", "relative_rms_edge", "relative_rms_middle", "max_difference"]
    assert (table[zeros] == 0).all(axis=None)
    np.testing.assert_allclose(table["pearson_r"], 1.0, rtol=1e-12)


def test_drift__a_constant_teacher_has_no_spread():
    own, other, measured = pairs(3, 6)
    other = other.copy()
    other[..., 1] = 0.1
    found = counted((own, other, measured), 6)
    assert np.isnan(found.table(TRACKS).loc[1, ["pearson_r", "relative_rms"]].astype(float)).all()
    assert found.table(TRACKS)["rms"][1] > 0
    assert found.summary(TRACKS)["by_assay"]["unknown"]["relative_rms_mean"] is None


def test_drift__any_parts_add_up_and_come_back_bit_by_bit():
    windows = pairs(7, 11)
    whole = counted(windows, 11)
    one, other = (counted([values[part] for values in windows], 11) for part in (slice(3), slice(3, 7)))
    back = Drift.from_state(one.state)
    for name, array in one.state.items():
        np.testing.assert_array_equal(back.state[name], array)
    # Either way round: the largest difference may lie in the first part or in the second.
    for both in (back + other, other + back):
        np.testing.assert_allclose(both.table(TRACKS).iloc[:, 3:], whole.table(TRACKS).iloc[:, 3:], rtol=1e-9)


@pytest.mark.parametrize("n_bins", [1, 2, 15, 16, 17, 896])
def test_band_rows__every_bin_once_and_alike_from_both_ends(n_bins):
    rows = band_rows(n_bins)
    assert sorted(np.concatenate(rows).tolist()) == list(range(n_bins))
    assert all(len(found) for found in rows)
    for found in rows:
        np.testing.assert_array_equal(np.sort(n_bins - 1 - found), found)
    assert 0 in rows[0]
    assert n_bins // 2 in rows[-1]


def test_drift__its_table_is_the_declared_one(tmp_path):
    table = counted(pairs(2, 5), 5).table(TRACKS)
    DRIFT.write(tmp_path / "drift.parquet", table)
    assert list(DRIFT.read(tmp_path / "drift.parquet").columns) == DRIFT.names
