import json

import pytest
from tests.report.scores.toy import write_table
from tests.report.toy import write_drift, write_evaluation, write_run


def test_report__a_folder_that_is_no_run(senformer, tmp_path):
    answer = senformer("report", tmp_path)
    assert answer.code == 66
    assert "is no run folder (no run.json of `train`)" in answer.err


@pytest.mark.parametrize("options", [(), ("--top", 2)])
def test_report__a_file_that_is_not_there(senformer, tmp_path, options):
    answer = senformer("report", tmp_path / "none.parquet", *options)
    assert answer.code == 66
    assert "none.parquet: no such file or folder" in answer.err


@pytest.mark.slow
def test_report__takes_the_results_that_stand_in_the_run(senformer, short_demo, tmp_path):
    page = tmp_path / "page.html"
    assert senformer("report", short_demo / "run", "--out", page).code == 0
    assert "<html" in page.read_text()


def test_report__several_runs(senformer, tmp_path):
    runs = [write_run(tmp_path / name) for name in ("a", "b")]
    for run in runs:
        write_evaluation(run / "evaluation")
    assert senformer("report", *runs).code == 2
    answer = senformer("report", *runs, "--out", tmp_path / "page.html", "--json")
    assert answer.code == 0
    rows = json.loads(answer.out)["differences"]
    assert rows[0]["metric"] == "pearson_r"
    assert (rows[0]["assay"], rows[0]["difference"], rows[0]["p"]) == ("all", 0, None)


def test_report__drift(senformer, tmp_path):
    run = write_run(tmp_path / "run")
    folders = [write_drift(tmp_path / "before", 0.4), write_drift(tmp_path / "after", 0.1)]
    options = [part for folder in folders for part in ("--drift", folder)]
    assert senformer("report", run, *options).code == 0
    page = (run / "report.html").read_text()
    assert page.index(">before<") < page.index(">after<")
    answer = senformer("report", run, write_run(tmp_path / "b"), *options, "--out", tmp_path / "page.html")
    assert answer.code == 2
    assert "--drift: cannot be compared" in answer.err


def test_report__as_tensorboard_events(senformer, tmp_path):
    run = write_run(tmp_path / "a")
    answer = senformer("report", run, "--tensorboard", tmp_path / "events", "--out", tmp_path / "page.html")
    assert answer.code == 2
    answer = senformer("report", run, "--tensorboard", tmp_path / "events", "--json")
    assert json.loads(answer.out) == {"tensorboard": str(tmp_path / "events"), "n_scalars": 126}


def test_report__options_of_runs_and_of_scores_do_not_mix(senformer, tmp_path):
    scores = tmp_path / "scores.h5"
    scores.touch()
    answer = senformer("report", scores)
    assert answer.code == 2
    assert "pages are made of parquet and TSV" in answer.err
    answer = senformer("report", scores, "--drift", tmp_path)
    assert "--drift: is of a run, and a file of scores was named" in answer.err
    answer = senformer("report", write_run(tmp_path / "run"), "--top", "0")
    assert answer.code == 2
    assert "--top: is of a file of scores, and none was named" in answer.err


def test_report__pages_of_scores(senformer, tmp_path):
    scores = write_table(tmp_path / "s.parquet")
    answer = senformer("report", scores, "--top", "0", "--out", tmp_path / "pages", "--json")
    assert (answer.code, json.loads(answer.out)) == (0, {"report": str(tmp_path / "pages" / "index.html")})
    assert "chr1:1060:A&gt;C" in (tmp_path / "pages" / "index.html").read_text()
