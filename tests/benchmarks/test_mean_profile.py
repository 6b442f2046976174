import json
import sys

import numpy as np
import pytest
from tests.dataset.tfrecord.sets import write_set

from benchmarks import mean_profile
from senformer.dataset import open_dataset
from senformer.dataset.tfrecord.build import import_tfrecords


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("profile")
    toy = write_set(folder / "set", dtype="float32")
    import_tfrecords(toy.config(), folder / "d")
    return toy, open_dataset(folder / "d")


def test_mean_profile__is_the_mean_of_the_training_records(imported):
    toy, dataset = imported
    expected = np.mean(np.stack(toy.targets["train"]).astype(np.float64), axis=0)
    np.testing.assert_allclose(mean_profile.mean_profile(dataset), expected, rtol=1e-12)


def test_score__truth_is_perfect_and_a_constant_has_no_pearson(imported):
    toy, dataset = imported
    answers = iter(toy.targets["valid"])
    truth = mean_profile.score(dataset, "valid", lambda codes: next(answers))
    assert truth["pearson_mean"] == pytest.approx(1)
    flat = mean_profile.score(dataset, "valid", lambda codes: np.ones((12, 3)))
    assert flat["pearson_mean"] is None
    # 1 - y log 1 for every entry
    assert flat["loss"] == pytest.approx(1)
    assert truth["loss"] < flat["loss"]


@pytest.mark.slow
def test_main__writes_three_rows_a_split(short_demo, tmp_path, monkeypatch):
    out = tmp_path / "profile.json"
    arguments = [str(short_demo / "run"), "--data", str(short_demo / "dataset"), "--out", str(out)]
    monkeypatch.setattr(sys, "argv", ["mean_profile", *arguments, "--splits", "test"])
    mean_profile.main()
    rows = json.loads(out.read_text())["rows"]["test"]
    assert set(rows) == {"model", "mean_profile", "mean"}
    assert rows["mean"]["pearson_mean"] is None
    # How good the model is depends on how far the short demo came in its time.
    assert all(np.isfinite(row["loss"]) for row in rows.values())
    assert len(rows["model"]["loss_by_track"]) == len(open_dataset(short_demo / "dataset").tracks)
