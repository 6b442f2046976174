import argparse
import json
import sys

import pytest
from benchmarks.experiments.plan import Arm, Experiment, tasks

from benchmarks.experiments import run

EXPERIMENT = Experiment.model_validate(
    {
        "title": "toy",
        "seeds": [1],
        "data": {"toy": {"dataset": {}}},
        "model": {},
        "arms": {name: {} for name in ("a", "b", "c")},
        "train": {"steps": 1},
    }
)


class FakeProcess:
    """Ends when asked for the second time, with the code that its name asks for."""

    def __init__(self, code):
        self.code, self.asked, self.stopped = code, 0, False

    def poll(self):
        self.asked += 1
        self.returncode = self.code if self.asked > 1 else None
        return self.returncode

    def terminate(self):
        self.stopped = True

    def wait(self):
        return self.code


@pytest.fixture
def started(monkeypatch):
    found = {}

    def start(task, given):
        assert sum(process.asked < 2 for process in found.values()) < given.parallel
        found[task.name] = FakeProcess(1 if task.arm == "b" else 0)
        return found[task.name]

    monkeypatch.setattr(run, "start", start)
    monkeypatch.setattr(run.time, "sleep", lambda seconds: None)
    return found


@pytest.mark.parametrize("parallel", [1, 2])
def test_run_all__does_all_and_names_what_failed(started, parallel, tmp_path):
    given = argparse.Namespace(parallel=parallel, out=tmp_path)
    assert run.run_all(list(tasks(EXPERIMENT)), given) == ["toy-b-s1"]
    assert list(started) == ["toy-a-s1", "toy-b-s1", "toy-c-s1"]


def test_run_all__an_interrupt_ends_the_runs(started, monkeypatch, tmp_path):
    def interrupt(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(run.time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run.run_all(list(tasks(EXPERIMENT)), argparse.Namespace(parallel=1, out=tmp_path))
    assert started["toy-a-s1"].stopped


def test_main__finished_runs_are_told_and_not_done_again(started, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(run, "read_experiment", lambda name: EXPERIMENT)
    monkeypatch.setattr(run, "prepare", lambda *given: None)
    for name in ("toy-a-s1", "toy-b-s1"):
        folder = tmp_path / "runs" / name
        folder.mkdir(parents=True)
        found = {"name": name, "outcome": "finished", "test": {"toy": {"pearson_mean": 0.25}}}
        (folder / "result.json").write_text(json.dumps(found))
    monkeypatch.setattr(sys, "argv", ["run", "toy", "--out", str(tmp_path)])
    run.main()
    assert list(started) == ["toy-c-s1"]
    assert "toy-b-s1 finished {'toy': 0.25}" in capsys.readouterr().out


def _known(path, **changes):
    settings = EXPERIMENT.model_dump(mode="json", exclude_none=True)
    rows = [{"name": f"toy-{arm}-s1", "outcome": "finished"} for arm in ("a", "c")]
    path.write_text(json.dumps({"config": {**settings, **changes}, "runs": rows}))
    return path


def test_adopt__results_of_runs_with_the_same_settings_count_as_done(tmp_path):
    known = _known(tmp_path / "known.json", arms={"a": {}, "b": {}, "c": {"train": {"steps": 2}}})
    assert run.adopt(known, EXPERIMENT, tmp_path) == ["toy-a-s1"]
    assert [run.is_done(task, tmp_path) for task in tasks(EXPERIMENT)] == [True, False, False]
    assert run.results(EXPERIMENT, tmp_path) == [{"name": "toy-a-s1", "outcome": "finished"}]


def test_adopt__other_data_or_splits_are_other_results(tmp_path):
    data = {"toy": {"dataset": {"bin_bp": 64}}}
    for changes in ({"data": data}, {"splits": ["valid"]}, {"memory_gib": 1}, {"drift": True}):
        assert run.adopt(_known(tmp_path / "known.json", **changes), EXPERIMENT, tmp_path) == []


def test_adopt__what_was_run_here_is_left(tmp_path):
    here = tmp_path / "runs" / "toy-a-s1" / "result.json"
    here.parent.mkdir(parents=True)
    here.write_text("{}")
    assert run.adopt(_known(tmp_path / "known.json"), EXPERIMENT, tmp_path) == ["toy-c-s1"]
    assert here.read_text() == "{}"


def test_run_all__a_run_waits_for_the_one_that_it_begins_at(started, tmp_path):
    arms = {"a": {}, "b": {}, "tuned": {"after": "a"}, "c": {}}
    experiment = EXPERIMENT.model_copy(update={"arms": {name: Arm(**arm) for name, arm in arms.items()}})
    given = argparse.Namespace(parallel=3, out=tmp_path)
    run.run_all(list(tasks(experiment)), given)
    assert list(started) == ["toy-a-s1", "toy-b-s1", "toy-c-s1", "toy-tuned-s1"]


def _chain(folder, base, known_base=None):
    """Adopt a record of base, tuned and further; ``base`` is how the first is set now."""
    arms = {"base": base, "tuned": {"after": "base"}, "further": {"after": "tuned", "train": {"steps": 9}}}
    experiment = Experiment.model_validate({**EXPERIMENT.model_dump(), "arms": arms})
    settings = experiment.model_dump(mode="json", exclude_none=True)
    if known_base is not None:
        settings["arms"]["base"] = known_base
    rows = [{"name": f"toy-{arm}-s1"} for arm in arms]
    (folder / "known.json").write_text(json.dumps({"config": settings, "runs": rows}))
    return experiment, rows


def test_adopt__a_result_depends_on_the_runs_that_it_begins_at(tmp_path):
    experiment, _ = _chain(tmp_path, base={"train": {"steps": 8}}, known_base={"train": {"steps": 4}})
    assert run.adopt(tmp_path / "known.json", experiment, tmp_path) == []
    experiment, _ = _chain(tmp_path, base={"train": {"steps": 8}})
    names = ["toy-base-s1", "toy-tuned-s1", "toy-further-s1"]
    assert run.adopt(tmp_path / "known.json", experiment, tmp_path) == names


def test_adopt__a_run_that_another_has_yet_to_begin_at_is_done_anew(tmp_path):
    experiment, rows = _chain(tmp_path, base={})
    record = json.loads((tmp_path / "known.json").read_text())
    (tmp_path / "known.json").write_text(json.dumps({**record, "runs": rows[:1]}))
    # Tuned has no result and needs the weights of base, of which a record has none.
    assert run.adopt(tmp_path / "known.json", experiment, tmp_path) == []
