import numpy as np
import pandas as pd
import pytest
import scipy.stats
from tests.evaluate.killed import tree
from tests.evaluate.test_evaluate import HOW, everything

from senformer.core.errors import ConfigError
from senformer.evaluate import evaluate
from senformer.evaluate.sums import TrackSums
from senformer.evaluate.tables import ACCURACY


@pytest.fixture
def in_cells(monkeypatch):
    """Ranks are counted in cells, however few they are."""
    monkeypatch.setattr("senformer.evaluate.extras.EXACT_BYTES", 2**10)


def test_evaluate__spearman_as_scipy_finds_it_on_the_whole(toy_run, toy_dataset, tmp_path):
    evaluate(toy_run, toy_dataset, tmp_path / "out", **HOW)
    table = ACCURACY.read(tmp_path / "out" / "tracks.parquet")
    prediction, target = everything(toy_run, toy_dataset, "test")
    for track in range(3):
        known = ~np.isnan(target[:, track])
        expected = scipy.stats.spearmanr(prediction[known, track], target[known, track]).statistic
        assert table["spearman_rho"][track] == pytest.approx(expected, abs=1e-3)
        assert table["spearman_bound"][track] == 0
    assert table["spearman_rho"][3:].isna().all()


def test_evaluate__ranks_in_cells_stay_within_their_bound(toy_run, toy_dataset, tmp_path, in_cells):
    evaluate(toy_run, toy_dataset, tmp_path / "out", **HOW)
    table = pd.read_csv(tmp_path / "out" / "tracks.tsv", sep="\t")
    prediction, target = everything(toy_run, toy_dataset, "test")
    for track in range(3):
        known = ~np.isnan(target[:, track])
        expected = scipy.stats.spearmanr(prediction[known, track], target[known, track]).statistic
        assert 0 < table["spearman_bound"][track] < 0.5
        assert abs(table["spearman_rho"][track] - expected) <= table["spearman_bound"][track]


def test_evaluate__cells_do_not_depend_on_parts(toy_run, toy_dataset, tmp_path, in_cells, monkeypatch):
    for name, size in (("a", 64), ("b", 4)):
        monkeypatch.setattr("senformer.evaluate.count._PART_WINDOWS", size)
        evaluate(toy_run, toy_dataset, tmp_path / name, **HOW)
    one, other = (ACCURACY.read(tmp_path / name / "tracks.parquet") for name in ("a", "b"))
    pd.testing.assert_frame_equal(one, other, rtol=1e-12)
    blocks = (np.load(tmp_path / name / "blocks.npz")["raw"] for name in ("a", "b"))
    np.testing.assert_array_equal(*blocks)


def test_evaluate__profiles_where_they_are_asked_for(toy_run, toy_dataset, tmp_path):
    with pytest.raises(ConfigError, match="needs counts, and track plus is scaled"):
        evaluate(toy_run, toy_dataset, tmp_path / "no", metrics=("profile_auprc",), **HOW)
    assert not (tmp_path / "no").exists()
    metrics = evaluate(toy_run, toy_dataset, tmp_path / "out", metrics=("jsd",), **HOW)
    assert 0 < metrics["jsd_mean"] < 0.84
    assert "spearman_mean" not in metrics
    table = ACCURACY.read(tmp_path / "out" / "tracks.parquet")
    assert table["spearman_rho"].isna().all()
    assert (table["n_profiles"][:3] > 0).all()


def test_evaluate__intervals_of_ten_blocks_and_more(toy_run, toy_dataset, tmp_path):
    metrics = evaluate(toy_run, toy_dataset, tmp_path / "out", **HOW)
    for row in (metrics, metrics["by_assay"]["CAGE"]):
        low, high = row["pearson_ci95"]
        assert low < row["pearson_mean"] < high
        assert row["pearson_log1p_ci95"][0] < row["pearson_log1p_mean"]
    table = ACCURACY.read(tmp_path / "out" / "tracks.parquet")
    assert (table["pearson_r_low"][:3] < table["pearson_r"][:3]).all()
    assert tree(tmp_path / "out").keys() >= {"blocks.npz"}


def test_evaluate__log1p_intervals_are_of_the_tracks_that_have_one(
    toy_run, toy_dataset, tmp_path, monkeypatch
):
    plain = TrackSums.add

    def add(self, prediction, target, pool=None):
        # Track 1 predicts below -1 once: it has no logarithm.
        prediction = prediction.copy()
        prediction[0, 1] = -9.0
        plain(self, prediction, target, pool)

    monkeypatch.setattr(TrackSums, "add", add)
    metrics = evaluate(toy_run, toy_dataset, tmp_path / "out", **HOW)
    assert metrics["by_assay"]["ATAC"]["pearson_log1p_ci95"] is None
    low, high = metrics["pearson_log1p_ci95"]
    assert low < metrics["pearson_log1p_mean"] < high
    log1p = np.load(tmp_path / "out" / "blocks.npz")["log1p"]
    np.testing.assert_array_equal(np.isnan(log1p).all(axis=(0, 1)), [False, True, False, False, False])


def test_evaluate__windows_of_few_bins_are_counted_together(toy_run, toy_dataset, tmp_path, monkeypatch):
    """So are rows of a table: a call for each costs a thousand times what its bin does."""
    monkeypatch.setattr("senformer.evaluate.bootstrap.MOST_BLOCKS", 2)
    sizes, plain = [], TrackSums.add

    def add(self, prediction, target, pool=None):
        sizes.append(len(target))
        plain(self, prediction, target, pool)

    monkeypatch.setattr(TrackSums, "add", add)
    for name, n_bins in (("one", 1), ("three", 42), ("all", 1024)):
        monkeypatch.setattr("senformer.evaluate.count._BINS_AT_ONCE", n_bins)
        evaluate(toy_run, toy_dataset, tmp_path / name, metrics=("spearman", "jsd"), **HOW)
    one, three, every = (
        ACCURACY.read(tmp_path / name / "tracks.parquet") for name in ("one", "three", "all")
    )
    # 15 windows of 14 bins, in blocks of 8 and 7.
    assert sizes == [14] * 15 + [42, 42, 28, 42, 42, 14] + [112, 98]
    for other in (three, every):
        pd.testing.assert_frame_equal(one, other, rtol=1e-12)
    for name in ("three", "all"):
        ours, theirs = (np.load(tmp_path / each / "examples.npz")["predicted"] for each in (name, "one"))
        np.testing.assert_array_equal(ours, theirs)
