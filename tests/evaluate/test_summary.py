import json

import numpy as np
import pandas as pd
import pytest

from senformer.core.commit import write_json, write_text
from senformer.core.errors import DataError, MissingInputError, OutputError
from senformer.evaluate.summary import SUMMARY, spread_of_tracks, summarize_evaluations
from senformer.evaluate.tables import ACCURACY

VALUES = np.array([[0.5, 0.1, np.nan], [0.7, 0.2, 0.9], [0.6, np.nan, np.nan]])


def table(values, names=("a", "b", "c")):
    facts = {"index": range(3), "name": list(names), "assay": ["CAGE", "ATAC", "CAGE"], "strand": ["."] * 3}
    counts = {"n": [10] * 3, "mean_target": [1.0] * 3, "mean_prediction": [1.0] * 3}
    return pd.DataFrame({**facts, **counts, "pearson_r": values, "pearson_r_log1p": values / 2})


def folder(path, values, *, names=("a", "b", "c"), **changes):
    ACCURACY.write(path / "tracks.parquet", table(values, names))
    cage = np.nanmean(values[[0, 2]])
    metrics = {
        "split": "test",
        "head": "yeast",
        "n_tracks": 3,
        "targets_sha256": path.name,
        "pearson_mean": float(np.nanmean(values)),
        "by_assay": {
            "ATAC": {"pearson_mean": None if np.isnan(values[1]) else values[1]},
            "CAGE": {"pearson_mean": cage, "n_tracks": 2},
        },
        "genes": {"across_genes": {"pearson_r_mean": cage}},
    }
    write_json(path / "metrics.json", metrics | changes)
    write_json(path / "DONE.json", {})
    return path


@pytest.fixture
def folders(tmp_path):
    return [folder(tmp_path / f"fold{number}", row) for number, row in enumerate(VALUES)]


def test_summarize_evaluations__means_and_spreads(folders, tmp_path):
    found = summarize_evaluations(folders, tmp_path / "out")
    assert found == json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (found["n_evaluations"], found["same_targets"]) == (3, False)
    means = [np.nanmean(row) for row in VALUES]
    spread = found["by_assay"]["all"]["pearson_mean"]
    assert spread == {
        "mean": pytest.approx(np.mean(means)),
        "sd": pytest.approx(np.std(means, ddof=1)),
        "n": 3,
    }
    # 0.1 and 0.2: the third has no value.
    assert found["by_assay"]["ATAC"]["pearson_mean"] == {
        "mean": pytest.approx(0.15),
        "sd": pytest.approx(0.1 / np.sqrt(2)),
        "n": 2,
    }
    assert found["by_assay"]["genes: across genes"]["pearson_r_mean"]["n"] == 3
    assert found["evaluations"][str(folders[1])]["pearson_mean"] == pytest.approx(0.6)


def test_summarize_evaluations__a_row_a_track_and_metric(folders, tmp_path):
    summarize_evaluations(folders, tmp_path / "out")
    rows = SUMMARY.read(tmp_path / "out" / "summary.parquet")
    plain = pd.DataFrame(VALUES)
    mine = rows[rows["metric"] == "pearson_r"].set_index("name")
    np.testing.assert_allclose(mine["mean"], plain.mean())
    np.testing.assert_allclose(mine["sd"], plain.std())
    assert mine["n"].tolist() == [3, 2, 1]
    assert mine.loc["a", ["lowest", "highest"]].tolist() == [0.5, 0.7]
    assert sorted(rows["metric"].unique()) == ["pearson_r", "pearson_r_log1p"]
    text = pd.read_csv(tmp_path / "out" / "summary.tsv", sep="\t")
    pd.testing.assert_frame_equal(text, rows, check_dtype=False)


def test_spread_of_tracks__order_of_evaluations_does_not_matter():
    tables = [table(row) for row in VALUES]
    pd.testing.assert_frame_equal(spread_of_tracks(tables), spread_of_tracks(tables[::-1]))


def test_summarize_evaluations__faults_leave_nothing(folders, tmp_path):
    out = tmp_path / "out"
    other = folder(tmp_path / "other", VALUES[0], names=("a", "x", "c"))
    valid = folder(tmp_path / "valid", VALUES[0], split="valid")
    drift = folder(tmp_path / "drift", VALUES[0], drift={})
    write_text(tmp_path / "none" / "metrics.json", "{}")
    cases = [
        (folders[:1], DataError, "is the only evaluation: no spread can be told. Give two or more"),
        ([folders[0]] * 2, DataError, "fold0: is given twice. Give each evaluation once"),
        (
            [folders[0], folders[1], folders[0].parent / "fold1" / ".." / "fold0"],
            DataError,
            r"fold1/../fold0: is .*fold0, which is given too. Give each",
        ),
        (
            [folders[0], other],
            DataError,
            r"track 1 is 'x', in .*fold0 it is 'b'. Summarize evaluations of one",
        ),
        ([folders[0], drift], DataError, r"made against another model is True, in .*fold0 it is False"),
        ([folders[0], valid], DataError, r"split is 'valid', in .*fold0 it is 'test'"),
        ([folders[0], tmp_path / "none"], MissingInputError, r"is no finished evaluation \(no DONE.json\)"),
    ]
    for given, kind, text in cases:
        with pytest.raises(kind, match=text):
            summarize_evaluations(given, out)
    assert not out.exists()
    out.mkdir()
    (out / "mine").write_text("x")
    with pytest.raises(OutputError):
        summarize_evaluations(folders, out)
