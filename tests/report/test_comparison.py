import json

import pandas as pd
import pytest
from tests.report.test_page import Page
from tests.report.toy import EVIL, TRACKS, write_evaluation, write_run

from senformer.core.errors import DataError
from senformer.evaluate.comparison import COMPARISON
from senformer.report import write_comparison


@pytest.fixture
def folders(tmp_path):
    """Three runs with evaluations; the second is better by 0.05 on every track, the third is the first."""
    runs, evaluations = [], []
    for name, gain in (("dense", 0.0), ("sparse", 0.05), ("again", 0.0)):
        runs.append(write_run(tmp_path / name))
        evaluations.append(write_evaluation(tmp_path / name / "evaluation"))
        table = pd.read_csv(evaluations[-1] / "tracks.tsv", sep="\t")
        table["pearson_r"] += gain
        table.to_csv(evaluations[-1] / "tracks.tsv", sep="\t", index=False)
    record = json.loads((runs[1] / "run.json").read_text())
    settings = {"train.steps": 60, "model.attention": {"kind": "bigbird"}}
    (runs[1] / "run.json").write_text(json.dumps(record | {"settings": settings}))
    record = json.loads((runs[2] / "run.json").read_text())
    (runs[2] / "run.json").write_text(json.dumps(record | {"settings": {"train.steps": 60}}))
    (runs[0] / "run.json").write_text(
        json.dumps(record | {"settings": {"train.steps": 60, "model.name": "x"}})
    )
    return runs, evaluations


def test_write_comparison__page_and_table(folders, tmp_path):
    table = write_comparison(*folders, tmp_path / "page.html")
    page = Page((tmp_path / "page.html").read_text())
    assert page.ids == ["runs", "accuracy", "training", "settings"]
    assert len(page.images) == 2
    assert all(link.startswith(("#", "data:")) for link in page.links)
    text = " ".join(page.text)
    assert "dense beside sparse, again" in text
    assert "model.attention" in text
    assert "train.steps" not in text
    assert list(table.columns) == ["run", *COMPARISON.names]
    every = table[(table["assay"] == "all") & (table["metric"] == "pearson_r")].set_index("run")
    assert every.loc["sparse", "difference"] == pytest.approx(0.05)
    assert every.loc["again", "difference"] == 0


def test_write_comparison__equal_files_give_equal_pages(folders, tmp_path):
    for name in ("a.html", "b.html"):
        write_comparison(*folders, tmp_path / name)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_write_comparison__names_are_escaped(tmp_path):
    tracks = [{**TRACKS[0], "name": EVIL, "assay": EVIL}, *TRACKS[1:]]
    runs = [write_run(tmp_path / name, tracks) for name in ("a", "<b>")]
    evaluations = [write_evaluation(run / "evaluation", tracks) for run in runs]
    write_comparison(runs, evaluations, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert page.count("<script") == 1
    assert "<b>" not in page.replace("<b>Figure", "")


def test_write_comparison__other_windows_are_refused(folders, tmp_path):
    runs, evaluations = folders
    metrics = json.loads((evaluations[1] / "metrics.json").read_text())
    (evaluations[1] / "metrics.json").write_text(json.dumps(metrics | {"n_windows": 36}))
    with pytest.raises(DataError, match=r"n_windows is 36, in .*dense/evaluation it is 37"):
        write_comparison(runs, evaluations, tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()
