import hashlib

import pytest
from tests.report.toy import write_drift, write_evaluation, write_run

from senformer.core.errors import DataError, MissingInputError, OutputError, UsageError
from senformer.workflow.report import report_comparison, report_events, report_run


def test_report_run__a_result_that_was_named_must_be_there(tmp_path):
    (tmp_path / "run.json").write_text('{"command": "train"}')
    with pytest.raises(MissingInputError, match="no such file or folder"):
        report_run(tmp_path, None, scores=tmp_path / "no.parquet")


@pytest.mark.slow
def test_report_run__default_page_stands_in_the_run(short_demo, tmp_path):
    page = report_run(short_demo / "run", tmp_path / "r.html")
    assert page.stat().st_size > 20_000


def test_report_run__a_folder_of_another_command(tmp_path):
    (tmp_path / "run.json").write_text('{"command": "build"}')
    with pytest.raises(MissingInputError, match="is no run folder"):
        report_run(tmp_path, None)


@pytest.mark.parametrize("name", ["evaluation", "scores.parquet"])
def test_report_run__a_result_of_another_model_is_refused(tmp_path, name):
    run, other = tmp_path / "run", tmp_path / "other"
    (run / "model").mkdir(parents=True)
    (run / "model" / "model.safetensors").write_bytes(b"weights")
    (run / "run.json").write_text('{"command": "train"}')
    record = '{"inputs": {"model": {"path": "elsewhere", "sha256": "0"}}}'
    if name == "evaluation":
        (other / name).mkdir(parents=True)
        (other / name / "run.json").write_text(record)
    else:
        other.mkdir()
        (other / name).touch()
        (other / f"{name}.run.json").write_text(record)
    with pytest.raises(DataError, match="is of another model"):
        report_run(run, None, **{name.split(".")[0]: other / name})


def test_report_run__drift_of_this_runs_model_comes_last(tmp_path):
    run = write_run(tmp_path / "run")
    weights = run / "model" / "model.safetensors"
    weights.write_bytes(b"weights")
    before, after = write_drift(run / "before"), write_drift(run / "drift")
    text = (after / "run.json").read_text()
    digest = hashlib.sha256(b"weights").hexdigest()
    inputs = f'{{"model": {{"path": "m", "sha256": "{digest}"}}, '
    (after / "run.json").write_text(text.replace('"inputs": {', f'"inputs": {inputs}'))
    other = inputs.replace('"sha256": "', '"sha256": "0')
    (before / "run.json").write_text(text.replace('"inputs": {', f'"inputs": {other}'))
    assert 'id="drift"' in report_run(run, tmp_path / "both.html", drifts=[before, after]).read_text()
    assert "at the edges" in report_run(run, tmp_path / "own.html").read_text()
    with pytest.raises(DataError, match="before: is of another model"):
        report_run(run, tmp_path / "wrong.html", drifts=[after, before])
    with pytest.raises(MissingInputError, match="no such file or folder"):
        report_run(run, tmp_path / "wrong.html", drifts=[tmp_path / "nowhere"])


def test_report_run__drift_is_no_accuracy(tmp_path):
    run, evaluation = tmp_path / "run", tmp_path / "drift"
    for folder in (run, evaluation):
        folder.mkdir()
    (run / "run.json").write_text('{"command": "train"}')
    (evaluation / "run.json").write_text('{"inputs": {"against": {"sha256": "0"}}}')
    with pytest.raises(
        DataError, match="is an evaluation against another model: its targets were not measured"
    ):
        report_run(run, None, evaluation=evaluation)
    with pytest.raises(DataError, match="is an evaluation against another model"):
        report_comparison([run, tmp_path / "drift"], tmp_path / "page", [evaluation, evaluation])


def test_report_run__a_file_that_is_there_is_not_overwritten(tmp_path):
    (tmp_path / "run.json").write_text('{"command": "train"}')
    page = tmp_path / "mine.txt"
    page.write_text("mine")
    with pytest.raises(OutputError, match="the output file exists"):
        report_run(tmp_path, page)
    assert page.read_text() == "mine"


def test_report_comparison__every_run_needs_an_evaluation(tmp_path):
    runs = [write_run(tmp_path / name) for name in ("a", "b")]
    write_evaluation(runs[0] / "evaluation")
    with pytest.raises(MissingInputError, match=r"there is no evaluation of .*b. Run: senformer evaluate"):
        report_comparison(runs, tmp_path / "page.html")


def test_report_comparison__what_cannot_be_compared(tmp_path):
    runs = [write_run(tmp_path / name) for name in ("a", "b")]
    with pytest.raises(UsageError, match="a run is named twice"):
        report_comparison([runs[0], runs[0]], tmp_path / "page.html")
    with pytest.raises(UsageError, match="1 for 2 runs"):
        report_comparison(runs, tmp_path / "page.html", [tmp_path / "a"])


def test_report_comparison__an_existing_page_is_kept(tmp_path):
    runs = [write_run(tmp_path / name) for name in ("a", "b")]
    for run in runs:
        write_evaluation(run / "evaluation")
    (tmp_path / "page.html").write_text("mine")
    with pytest.raises(OutputError):
        report_comparison(runs, tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text() == "mine"


def test_report_events__a_folder_a_run(tmp_path):
    runs = [write_run(tmp_path / name) for name in ("a", "b")]
    assert report_events(runs, tmp_path / "events") == 2 * 126
    assert sorted(path.name for path in (tmp_path / "events").iterdir()) == ["a", "b"]
    assert report_events(runs[:1], tmp_path / "one") == 126
    assert report_events(runs, tmp_path / "events") == 2 * 126
    (tmp_path / "events" / "a" / "mine").touch()
    with pytest.raises(OutputError, match="Choose another --tensorboard"):
        report_events(runs, tmp_path / "events")


def test_report_events__one_fault_leaves_no_events(tmp_path):
    runs = [write_run(tmp_path / name) for name in ("a", "b")]
    (runs[1] / "metrics.jsonl").write_text("x\n")
    with pytest.raises(DataError, match="is not JSON"):
        report_events(runs, tmp_path / "events")
    assert not (tmp_path / "events").exists()
