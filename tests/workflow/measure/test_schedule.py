from dataclasses import replace

import pytest
from tests.workflow.measure.toy import some_case, toy_settings

from senformer.workflow.bench import BENCHES
from senformer.workflow.measure import schedule
from senformer.workflow.measure.schedule import Clock, measure_all
from senformer.workflow.measure.worker import Worker


class FakeWorker(Worker):
    """Takes as many seconds a call as the list says, and notes the order of all calls."""

    order: list[str] = []
    script: dict[str, list[float]] = {}

    def __init__(self, case, *_):
        self.case, self.calls, self.skipped, self.failed = case, [], None, False

    def go(self):
        self.order.append(self.case.kind)
        seconds = self.script[self.case.kind][len(self.calls)]
        size = {"seconds": seconds, "peak_bytes": 1000, "growth_bytes": len(self.calls), "data": None}
        self.calls.append(size)

    def close(self):
        pass

    kill = close


@pytest.fixture
def fake(monkeypatch):
    FakeWorker.order, FakeWorker.script = [], {"dense": [9.0, 1.0, 3.0, 2.0], "bigbird": [8.0, 5.0, 4.0, 6.0]}
    monkeypatch.setattr(schedule, "Worker", FakeWorker)
    return replace(BENCHES["forward"], needed_bytes=lambda case: case.options.get("bytes", 0))


CASES = [some_case(kind="dense"), some_case(kind="bigbird")]


def test_measure_all__in_turns_and_medians_without_the_warm_up(fake):
    rows = list(measure_all(fake, toy_settings("forward", repeats=3), CASES))
    assert FakeWorker.order == ["dense", "bigbird"] * 4
    assert [row["seconds"] for row in rows] == [2.0, 5.0]
    assert rows[0]["first_seconds"] == 9.0
    assert (rows[0]["repeats"], rows[0]["growth_bytes"], rows[0]["warmed_up"]) == (3, 3, True)


def test_measure_all__too_large_is_skipped_by_name(fake):
    huge = some_case(kind="dense", options={"bytes": 10**15})
    rows = list(measure_all(fake, toy_settings("forward", repeats=1), [huge, CASES[1]]))
    assert rows[0]["skipped"].startswith("memory: about 1000000.0 GB are needed")
    assert rows[1]["seconds"] == 5.0


def test_measure_all__what_does_not_fit_together_runs_one_after_the_other(fake, monkeypatch):
    monkeypatch.setattr(schedule, "available_bytes", lambda device: 100)
    cases = [replace(case, options={"bytes": 60}) for case in CASES]
    list(measure_all(fake, toy_settings("forward", repeats=1), cases))
    assert FakeWorker.order == ["dense", "dense", "bigbird", "bigbird"]


def test_measure_all__no_time_is_a_reason(fake):
    rows = list(measure_all(fake, toy_settings("forward", minutes=0.0), CASES))
    assert FakeWorker.order == []
    assert all("0 s are left of 0 min" in row["skipped"] for row in rows)


def test_measure_all__an_untimed_call_is_made_once(fake):
    rows = list(measure_all(replace(fake, is_timed=False), toy_settings("forward"), CASES))
    assert FakeWorker.order == ["dense", "bigbird"]
    assert [row["seconds"] for row in rows] == [9.0, 8.0]


@pytest.mark.parametrize("what", ["attention", "forward", "step"])
def test_clock__expects_dense_attention_and_peers_to_grow_with_the_square(what):
    clock = Clock(1.0)
    peer = {"kind": "enformer_pytorch", "peer": True, "program": "peer"}
    for changes in ({"kind": "dense"}, {"kind": "bigbird"}, peer):
        clock.note(some_case(what=what, length_bp=1000, **changes), 5.0)
    for changes in ({"kind": "dense"}, peer):
        assert "about 80 s" in (clock.refuses(some_case(what=what, length_bp=4000, **changes)) or "")
    assert clock.refuses(some_case(what=what, kind="bigbird", length_bp=4000)) is None


def test_measure_all__a_call_that_does_the_same_for_several(fake):
    case = replace(CASES[0], options={"per": 4})
    (row,) = measure_all(fake, toy_settings("forward", repeats=3), [case])
    assert (row["seconds"], row["first_seconds"]) == (0.5, 2.25)
