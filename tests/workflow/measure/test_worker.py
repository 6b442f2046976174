from dataclasses import replace

import pytest
from tests.workflow.measure.toy import toy_settings

from senformer.workflow.bench import BENCHES
from senformer.workflow.measure.schedule import measure_all
from senformer.workflow.measure.worker import Worker


def attention_case():
    return BENCHES["attention"].cases(toy_settings("attention", kinds=("bigbird",), lengths=(8 * 20,)))[0]


@pytest.mark.slow
def test_worker__calls_and_closes():
    worker = Worker(attention_case(), 1, None, None)
    worker.go()
    worker.go()
    worker.close()
    assert worker.skipped is None
    assert len(worker.calls) == 2
    assert worker.calls[0]["seconds"] > 0
    assert worker.calls[0]["peak_bytes"] > 100e6


def test_worker__a_process_that_ends_is_a_failed_row():
    case = replace(attention_case(), kind="dense", options={})
    bench = BENCHES["attention"]
    bench = replace(bench, needed_bytes=lambda case: 0)
    (row,) = measure_all(bench, toy_settings("attention"), [case])
    assert row["failed"] is True
    assert "the process ended with code 1" in row["skipped"]
    assert row["seconds"] is None
