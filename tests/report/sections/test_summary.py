import pytest
from tests.report.toy import write_evaluation, write_run, write_scores

from senformer.report.inputs import read_evaluation, read_run, read_scores
from senformer.report.sections.summary import summary


def test_summary__all_tiles(tmp_path):
    made = summary(
        read_run(write_run(tmp_path / "run")),
        read_evaluation(write_evaluation(tmp_path / "evaluation")),
        read_scores(write_scores(tmp_path / "scores.parquet")),
        {"test": {"ceiling_mean": 0.9}, "variants": {"auroc_planted": None, "n_break": 0, "n_control": 3}},
    )
    assert made.count('class="tile"') == 7
    assert "noise ceiling of these data: 0.900" in made
    assert "0 motif-breaking against 3 control variants" in made


@pytest.mark.parametrize(
    ("n_assays", "expected"),
    [
        (7, "a0, a1, a2, a3, a4, a5, a6<"),
        (8, "a0, a1, a2, a3, a4, a5, a6, a7<"),
        (10, "a0, a1, a2, a3, a4, a5, a6 and 3 more assays<"),
    ],
)
def test_summary__assays_are_all_named_or_counted(tmp_path, n_assays, expected):
    found = read_evaluation(write_evaluation(tmp_path / "e"))
    found.metrics["by_assay"] = {f"a{index}": {} for index in range(n_assays)}
    assert expected in summary(read_run(write_run(tmp_path / "run")), found, None, {})


def test_summary__run_alone(tmp_path):
    made = summary(read_run(write_run(tmp_path / "run")), None, None, {})
    assert made.count('class="tile"') == 2
    assert "in 3 min 07 s" in made


def test_summary__windows_seen_in_training_are_not_called_held_out(tmp_path):
    run, found = read_run(write_run(tmp_path / "run")), read_evaluation(write_evaluation(tmp_path / "e"))
    assert "held-out windows (test split)" in summary(run, found, None, {})
    found.metrics["overlaps_training"] = True
    made = summary(run, found, None, {})
    assert "held-out" not in made
    assert "windows that overlap the training sequence (test split)" in made
