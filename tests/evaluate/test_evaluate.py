import copy
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from tests.evaluate.killed import tree
from tests.evaluate.world import BIN_BP, CROP_BINS, WINDOW_BP, save_model

from senformer.core.errors import ConfigError, DataError, LockedError, MissingInputError, OutputError
from senformer.core.lock import folder_lock
from senformer.dataset import eval_windows
from senformer.evaluate import evaluate
from senformer.evaluate.tables import ACCURACY
from senformer.predict.predictor import Predictor
from senformer.predict.source import load_run_model

HOW = {"device": "cpu", "batch_size": 4}


@pytest.fixture(scope="module")
def evaluation(toy_run, toy_dataset, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("out") / "evaluation"
    evaluate(toy_run, toy_dataset, out, **HOW)
    return out


def everything(run: Path, dataset, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Return all predictions and targets of a split at once, (value, track)."""
    windows = eval_windows(dataset, split, WINDOW_BP, CROP_BINS)
    codes = [dataset.sequence(row.chrom, row.start, row.end) for row in windows.itertuples()]
    prediction = Predictor(load_run_model(run), device="cpu").predict(np.stack(codes), "toy")
    rows = [
        dataset.targets(row.chrom, row.start // BIN_BP + CROP_BINS, row.end // BIN_BP - CROP_BINS)
        for row in windows.itertuples()
    ]
    return prediction.reshape(-1, 5), np.concatenate(rows)


def test_evaluate__correlation_as_scipy_finds_it_on_the_whole(evaluation, toy_run, toy_dataset):
    prediction, target = everything(toy_run, toy_dataset, "test")
    table = ACCURACY.read(evaluation / "tracks.parquet")
    for track in range(3):
        known = ~np.isnan(target[:, track])
        assert table["n"][track] == known.sum()
        x, y = (values[known, track].astype(np.float64) for values in (prediction, target))
        assert table["pearson_r"][track] == pytest.approx(scipy.stats.pearsonr(x, y).statistic, abs=1e-6)
        assert table["mean_target"][track] == pytest.approx(y.mean())
        assert table["mean_prediction"][track] == pytest.approx(x.mean(), rel=1e-5)
        # Scale 2 and a soft clip at 30 for the pair, scale 0.5 for track 1.
        x, y = x / (0.5 if track == 1 else 2), y / (0.5 if track == 1 else 2)
        if track != 1:
            x, y = (np.where(v > 30, (v - 29) ** 2 + 29, v) for v in (x, y))
        expected = scipy.stats.pearsonr(np.log1p(x), np.log1p(y)).statistic
        assert table["pearson_r_log1p"][track] == pytest.approx(expected, abs=1e-6)
    assert 0 < table["n"][1] < len(target)


def test_evaluate__writes_what_it_says(evaluation, toy_dataset):
    names = {path.name for path in evaluation.iterdir()}
    assert names == {
        "metrics.json",
        "tracks.tsv",
        "tracks.parquet",
        "blocks.npz",
        "examples.npz",
        "run.json",
        "DONE.json",
    }
    metrics = json.loads((evaluation / "metrics.json").read_text())
    assert (metrics["split"], metrics["head"], metrics["overlaps_training"]) == ("test", "toy", False)
    # 903 bp hold 15 windows whose targets of 56 bp touch; 14 bins each.
    assert (metrics["n_windows"], metrics["n_bins"], metrics["n_tracks"]) == (15, 210, 5)
    # flat is constant, dark has no data: both without a correlation, one of them without data.
    assert (metrics["n_tracks_undefined"], metrics["n_tracks_without_data"]) == (2, 1)
    table = pd.read_csv(evaluation / "tracks.tsv", sep="\t")
    assert metrics["pearson_mean"] == pytest.approx(table["pearson_r"].mean())
    assert metrics["by_assay"]["CAGE"]["pearson_mean"] == pytest.approx(table["pearson_r"][[0, 2]].mean())
    assert metrics["by_assay"]["CAGE"]["n_tracks"] == 2
    stored = ACCURACY.read(evaluation / "tracks.parquet")
    pd.testing.assert_frame_equal(table, stored[table.columns], check_dtype=False)
    # what labels alone have is null, and what was not asked for
    absent = [
        "jsd",
        "n_profiles",
        "profile_auprc",
        "n_positive",
        "auroc",
        "auprc",
        "auroc_bound",
        "auprc_bound",
    ]
    assert stored[absent].isna().all(axis=None)
    assert len(stored.columns) == len(table.columns) + len(absent)
    for entry in json.loads((evaluation / "DONE.json").read_text())["files"]:
        assert hashlib.sha256((evaluation / entry["path"]).read_bytes()).hexdigest() == entry["sha256"]
    record = json.loads((evaluation / "run.json").read_text())
    assert record["config"]["strands"] == "both"
    assert record["inputs"]["dataset"]["path"] == str(toy_dataset.path)


def test_evaluate__examples_hold_measured_and_predicted(evaluation, toy_run, toy_dataset):
    prediction, target = everything(toy_run, toy_dataset, "test")
    with np.load(evaluation / "examples.npz", allow_pickle=False) as found:
        assert found["measured"].shape == found["predicted"].shape == (8, 14, 5)
        assert found["names"].tolist() == ["plus", "atac", "minus", "flat", "dark"]
        assert found["start"][0] == CROP_BINS * BIN_BP
        np.testing.assert_array_equal(found["end"] - found["start"], 56)
        np.testing.assert_array_equal(found["measured"][-1], target[-14:])
        np.testing.assert_allclose(found["predicted"][-1], prediction[-14:], rtol=1e-5)


def test_evaluate__batch_size_does_not_matter(evaluation, toy_run, toy_dataset, tmp_path):
    evaluate(toy_run / "model", toy_dataset, tmp_path / "out", device="cpu", batch_size=7)
    one, other = (ACCURACY.read(folder / "tracks.parquet") for folder in (evaluation, tmp_path / "out"))
    np.testing.assert_allclose(one["pearson_r"], other["pearson_r"], atol=1e-6)


def test_evaluate__forward_strand_and_shifts_are_other_numbers(evaluation, toy_run, toy_dataset, tmp_path):
    both = json.loads((evaluation / "metrics.json").read_text())["pearson_mean"]
    forward = evaluate(toy_run, toy_dataset, tmp_path / "a", strands="forward", **HOW)["pearson_mean"]
    shifted = evaluate(toy_run, toy_dataset, tmp_path / "b", shifts_bp=(-1, 0, 1), **HOW)["pearson_mean"]
    assert len({both, forward, shifted}) == 3


def test_evaluate__windows_of_the_model_not_of_the_dataset(toy_dataset, tmp_path):
    save_model(tmp_path / "model", toy_dataset, window_bp=128, crop_bins=2)
    found = evaluate(tmp_path / "model", toy_dataset, tmp_path / "out", **HOW)
    # Targets of 112 bp in windows of 128: the last starts at 672 and 800 + 112 > 903.
    assert found["n_windows"] == 7
    assert found["n_bins"] == 7 * 28


def test_evaluate__training_windows_are_called_that(toy_run, toy_dataset, tmp_path):
    found = evaluate(toy_run, toy_dataset, tmp_path / "out", split="train", **HOW)
    assert found["overlaps_training"] is True
    assert "not held out" in found["note"]
    assert "not held out" in json.loads((tmp_path / "out" / "metrics.json").read_text())["note"]


def test_evaluate__twice_the_same_bytes(evaluation, toy_run, toy_dataset, tmp_path):
    evaluate(toy_run, toy_dataset, tmp_path / "out", **HOW)
    assert tree(tmp_path / "out") == tree(evaluation)


def test_evaluate__faults_leave_nothing(toy_run, toy_dataset, tmp_path):
    out = tmp_path / "out"
    cases = [
        (tmp_path, {}, MissingInputError, "neither a run"),
        (toy_run, {"split": "tset"}, ConfigError, "no split is called 'tset'. Did you mean 'test'"),
        (toy_run, {"split": "valid"}, DataError, "split 'valid' has no window of 64 bp"),
        (toy_run, {"head": "fly"}, ConfigError, "has no head 'fly'; it has: toy"),
        (toy_run, {"strands": "rc"}, ConfigError, "no strands is called 'rc'"),
    ]
    for run, settings, kind, text in cases:
        with pytest.raises(kind, match=text):
            evaluate(run, toy_dataset, out, **{**HOW, **settings})
    assert not out.exists()


def test_evaluate__a_prediction_that_is_not_finite_leaves_nothing(
    toy_run, toy_dataset, tmp_path, monkeypatch
):
    plain = Predictor._batch

    def batch(self, codes, head, permutation, turn):
        found = plain(self, codes, head, permutation, turn)
        found[1, 3, 2] = np.nan
        return found

    monkeypatch.setattr(Predictor, "_batch", batch)
    with pytest.raises(DataError, match=r"chr2:56-120 \(0-based\): the model's prediction is not finite"):
        evaluate(toy_run, toy_dataset, tmp_path / "out", **HOW)
    assert list(tmp_path.iterdir()) == []


def test_evaluate__a_folder_in_use_or_taken(toy_run, toy_dataset, tmp_path):
    out = tmp_path / "out"
    with folder_lock(out), pytest.raises(LockedError):
        evaluate(toy_run, toy_dataset, out, **HOW)
    out.mkdir()
    (out / "mine.txt").write_text("x")
    with pytest.raises(OutputError, match="the output folder exists"):
        evaluate(toy_run, toy_dataset, out, **HOW)
    assert (out / "mine.txt").read_text() == "x"


class _Killed(BaseException):
    pass


def test_evaluate__goes_on_where_it_was_killed(toy_run, toy_dataset, tmp_path, monkeypatch):
    monkeypatch.setattr("senformer.evaluate.count._PART_WINDOWS", 4)
    evaluate(toy_run, toy_dataset, tmp_path / "whole", **HOW)
    plain, calls = Predictor.predict, []

    def predict(self, codes, head, names=None):
        calls.append(len(codes))
        if len(calls) == 3:
            raise _Killed
        return plain(self, codes, head, names)

    monkeypatch.setattr(Predictor, "predict", predict)
    with pytest.raises(_Killed):
        evaluate(toy_run, toy_dataset, tmp_path / "out", **HOW)
    assert not (tmp_path / "out" / "DONE.json").exists()
    with pytest.raises(OutputError, match=r"unfinished work of another command \(other split\)"):
        evaluate(toy_run, toy_dataset, tmp_path / "out", split="train", **HOW)
    evaluate(toy_run, toy_dataset, tmp_path / "out", **HOW)
    # Parts of 4, 4, 4 and 3 windows: the third is done again, the first two are not.
    assert calls == [4, 4, 4, 4, 3]
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


@pytest.mark.slow
def test_evaluate__killed_at_every_write_and_repeated_gives_the_same(toy_run, toy_dataset, tmp_path):
    command = [
        sys.executable,
        "-m",
        "tests.evaluate.killed",
        str(toy_run),
        str(toy_dataset.path),
        str(tmp_path),
    ]
    done = subprocess.run(
        command, cwd=Path(__file__).resolve().parents[2], capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 10


def test_evaluate__shuffled_records_are_cut_in_the_order_of_the_genome(
    evaluation, toy_run, toy_dataset, tmp_path, monkeypatch
):
    imported = copy.copy(toy_dataset)
    row = {"contig": "chr2", "chrom": "chr9", "start": 100, "end": 1003, "split": "test", "label": "test"}
    imported.contigs = pd.DataFrame([{**row, "file": "test-0.tfr", "record": 0}])
    shuffled = eval_windows(toy_dataset, "test", WINDOW_BP, CROP_BINS).sample(frac=1, random_state=1)
    module = sys.modules["senformer.evaluate.evaluate"]
    monkeypatch.setattr(module, "eval_windows", lambda *_: shuffled)
    evaluate(toy_run, imported, tmp_path / "out", **HOW)
    for name in ("blocks.npz", "metrics.json", "tracks.tsv"):
        assert (tmp_path / "out" / name).read_bytes() == (evaluation / name).read_bytes()
