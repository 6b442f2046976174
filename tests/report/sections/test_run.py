from tests.report.toy import record, write_run

from senformer.report.inputs import read_run
from senformer.report.sections.run import run_section


def test_run_section__says_what_it_takes_to_make_it_again(tmp_path):
    run = read_run(write_run(tmp_path / "run"))
    made = run_section(run, [record("evaluate"), None, record("score"), record("score")])
    assert "senformer train runs/toy\nsenformer evaluate runs/toy\nsenformer score runs/toy<" in made
    for expected in (
        "0123abc with uncommitted changes",
        "cdcdcdcdcdcdcdcd",
        "40,960",
        "steps: 60",
    ):
        assert expected in made


def test_run_section__build_comes_first(tmp_path):
    run = read_run(write_run(tmp_path / "run"))
    made = run_section(run, [], {"data": record("build")})
    assert "senformer build runs/toy\nsenformer train runs/toy<" in made
    assert "These command lines made what this page shows, in this order:" in made


def test_run_section__build_that_cannot_be_read_is_told(tmp_path):
    run = read_run(write_run(tmp_path / "run"))
    made = run_section(run, [], {"data": None})
    assert "what made these inputs is not among them, for no record of it can be read: data." in made
    assert "made what this page shows" not in made


def test_run_section__without_a_model(tmp_path):
    made = run_section(read_run(write_run(tmp_path / "run", is_done=False)), [])
    assert "not finished" in made
    assert "SHA-256<" not in made


def test_run_section__record_without_inputs(tmp_path):
    run = read_run(write_run(tmp_path / "run"))
    del run.record["inputs"], run.record["config"]
    made = run_section(run, [])
    assert "No input file was recorded" in made
    assert "<summary>Configuration" not in made
