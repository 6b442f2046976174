import pytest

from senformer.core.errors import MissingInputError
from senformer.workflow.report import report_run


def test_report_run__a_result_that_was_named_must_be_there(tmp_path):
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(MissingInputError, match="no such file or folder"):
        report_run(tmp_path, None, scores=tmp_path / "no.parquet")


@pytest.mark.slow
def test_report_run__default_page_stands_in_the_run(short_demo, tmp_path):
    page = report_run(short_demo / "run", tmp_path / "r.html")
    assert page.stat().st_size > 20_000
