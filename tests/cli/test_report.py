import pytest


def test_report__a_folder_that_is_no_run(senformer, tmp_path):
    answer = senformer("report", tmp_path)
    assert answer.code == 66
    assert "is no run folder (no run.json of `train`)" in answer.err


@pytest.mark.slow
def test_report__takes_the_results_that_stand_in_the_run(senformer, short_demo, tmp_path):
    page = tmp_path / "page.html"
    assert senformer("report", short_demo / "run", "--out", page).code == 0
    assert "<html" in page.read_text()
