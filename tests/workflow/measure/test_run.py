import json

import pytest
from tests.workflow.measure.toy import some_case, toy_settings

from senformer.core.errors import SenformerError, UsageError
from senformer.workflow.measure import run
from senformer.workflow.measure.run import run_bench


def rows(*_):
    yield some_case(kind="bigbird").row(seconds=1.0, peak_bytes=10, growth_bytes=5)
    yield some_case(kind="dense").row(seconds=2.0, peak_bytes=20, growth_bytes=5)


def test_run_bench__file_and_figure(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "measure_all", rows)
    result = run_bench(toy_settings("forward"), tmp_path / "some.json")
    written = json.loads((tmp_path / "some.json").read_text())
    assert set(written) == {"machine", "rows", "comparisons", "slopes"}
    assert written["rows"] == result["rows"]
    assert written["comparisons"][0]["speedup"] == 2.0
    assert "<svg" in (tmp_path / "some.svg").read_text()


def test_run_bench__a_failed_row_ends_in_an_error_after_all_is_written(tmp_path, monkeypatch):
    def with_fault(*_):
        yield from rows()
        yield some_case(kind="linear").row(skipped="failed: code 1", failed=True)

    monkeypatch.setattr(run, "measure_all", with_fault)
    with pytest.raises(SenformerError) as caught:
        run_bench(toy_settings("forward"), tmp_path / "some.json")
    assert caught.value.code == "E133"
    assert "1 of 3 measurements failed, first linear/torch fp32 1,024 bp: failed: code 1" in str(caught.value)
    assert len(json.loads((tmp_path / "some.json").read_text())["rows"]) == 3


def test_run_bench__nothing_measured_is_no_figure(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "measure_all", lambda *_: iter([some_case().row(skipped="memory")]))
    run_bench(toy_settings("forward"), tmp_path / "some.json")
    assert not (tmp_path / "some.svg").exists()


def test_run_bench__nothing_to_measure(tmp_path):
    settings = toy_settings("attention", kinds=("dense_plain",), with_peer=False)
    with pytest.raises(UsageError, match="leaves nothing to measure"):
        run_bench(settings, tmp_path / "some.json")
    assert not (tmp_path / "some.json").exists()
