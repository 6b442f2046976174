import json
import os
import signal
from contextlib import contextmanager, nullcontext
from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.train.engine import tiny_engine
from tests.train.toy import MODEL, settings

from senformer.core.errors import DataError, Stopped, StorageError
from senformer.train import run as run_module
from senformer.train.batches import make_batches
from senformer.train.checkpoint import State, checkpoint_steps, read_state
from senformer.train.plan import make_plan
from senformer.train.run import Run
from senformer.train.signals import StopRequest
from senformer.train.team import Team
from senformer.train.validate import make_validation_sets


@contextmanager
def _run(out, datasets, config, state=None):
    plan = make_plan(MODEL, config, datasets)
    with tiny_engine(config, datasets) as engine, StopRequest() as stop:
        batches = make_batches(datasets, plan, config)
        sets = make_validation_sets(datasets, plan, config)
        yield Run(engine, out, state or State(step=0, settings="s"), batches, sets, stop)


def _lines(out, name="metrics.jsonl"):
    return [json.loads(line) for line in (out / name).read_text().splitlines()]


def test_go__curve_checkpoints_and_timings(tmp_path, human):
    with _run(tmp_path, human, settings(steps=7)) as run:
        assert run.go(4096) == "steps"
    lines = _lines(tmp_path)
    assert [line["step"] for line in lines] == list(range(1, 8))
    assert set(lines[0]) == {"step", "loss", "learning_rate", "gradient_norm", "organism"}
    assert [line["step"] for line in _lines(tmp_path, "timings.jsonl")] == [2, 4, 6, 7]
    assert checkpoint_steps(tmp_path) == [6, 7]
    state = read_state(tmp_path, 7)
    assert state.metrics_bytes == (tmp_path / "metrics.jsonl").stat().st_size
    assert state.timings_bytes == (tmp_path / "timings.jsonl").stat().st_size
    assert state.seconds > 0


def test_go__time_and_signal_are_asked_at_once(tmp_path, human, monkeypatch):
    asked, real = [], Team.highest

    def highest(team, *values):
        asked.append(len(values))
        return real(team, *values)

    monkeypatch.setattr(Team, "highest", highest)
    monkeypatch.setattr(Team, "agreed", lambda team: nullcontext())
    with _run(tmp_path, human, settings(steps=3)) as run:
        run.go(4096)
    # Time and signal at once before each update; the signal alone at the end.
    assert asked == [2, 2, 2, 1]


def test_go__organisms_alternate(tmp_path, both):
    with _run(tmp_path, both, settings(steps=3)) as run:
        run.go(4096)
    assert [line["organism"] for line in _lines(tmp_path)] == ["human", "mouse", "human"]


def test_go__validation_lines_at_interval_and_end(tmp_path, both):
    config = settings(steps=5, validate_every_steps=2, validate_windows=1)
    with _run(tmp_path, both, config) as run:
        run.go(4096)
    found = [(line["step"], line["organism"]) for line in _lines(tmp_path) if "valid_loss" in line]
    assert found == [(step, organism) for step in (2, 4, 5) for organism in ("human", "mouse")]


def test_go__best_checkpoint_is_kept(tmp_path, human, monkeypatch):
    scores = {1: 0.1, 2: None, 3: 0.6, 4: 0.6, 5: 0.2, 6: 0.3, 7: 0.1}

    def fake(engine, sets, is_stopped):
        return {"human": {"valid_loss": 1.0, "valid_pearson": next(values), "n_windows": 1}}

    values = iter(scores.values())
    monkeypatch.setattr(run_module, "validate", fake)
    config = settings(steps=7, validate_every_steps=1, checkpoint_every_steps=100, keep_checkpoints=1)
    with _run(tmp_path, human, config) as run:
        run.go(4096)
        assert run.state.best == {"step": 3, "valid_pearson": 0.6}
    # step 7 ends the run; step 3 was the first to reach the best score
    assert checkpoint_steps(tmp_path) == [3, 7]


def test_go__masked_batch_is_recorded(tmp_path, human, monkeypatch, caplog):
    real = run_module.take_step

    def masked(engine, step, batches, factor):
        if step == 2:
            batch = batches["human"]
            batches = {"human": replace(batch, targets=np.full_like(batch.targets, np.nan))}
        return real(engine, step, batches, factor)

    monkeypatch.setattr(run_module, "take_step", masked)
    with _run(tmp_path, human, settings(steps=3)) as run:
        run.go(4096)
    assert [line.get("is_masked", False) for line in _lines(tmp_path)] == [False, True, False]
    assert _lines(tmp_path)[1]["loss"] == 0.0
    assert "step 2: no target of this human batch is measured: its loss is zero" in caplog.text


def test_go__not_finite_leaves_the_last_checkpoint(tmp_path, human, monkeypatch):
    real = run_module.take_step

    def spoiled(engine, step, batches, factor):
        if step == 4:
            with torch.no_grad():
                engine.model.heads["human"].bias.fill_(torch.nan)
        return real(engine, step, batches, factor)

    monkeypatch.setattr(run_module, "take_step", spoiled)
    with _run(tmp_path, human, settings()) as run, pytest.raises(DataError, match="step 4, human windows"):
        run.go(4096)
    assert checkpoint_steps(tmp_path) == [2]
    failed = json.loads((tmp_path / "failed_batch.json").read_text())
    assert (failed["step"], failed["organism"], len(failed["windows"])) == (4, "human", 2)
    assert [line["step"] for line in _lines(tmp_path)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGUSR1, 143), (signal.SIGINT, 130)]
)
def test_go__signal_finishes_the_step_and_saves(tmp_path, human, monkeypatch, number, code):
    real = run_module.take_step

    def interrupted(engine, step, batches, factor):
        if step == 3:
            os.kill(os.getpid(), number)
        return real(engine, step, batches, factor)

    monkeypatch.setattr(run_module, "take_step", interrupted)
    with _run(tmp_path, human, settings()) as run, pytest.raises(Stopped) as caught:
        run.go(4096)
    assert caught.value.exit_code == code
    assert "stopped by a signal after step 3; the state is saved" in str(caught.value)
    assert checkpoint_steps(tmp_path) == [2, 3]
    assert read_state(tmp_path, 3).metrics_bytes == (tmp_path / "metrics.jsonl").stat().st_size


def test_go__signal_during_validation_puts_it_off(tmp_path, human, monkeypatch):
    config = settings(validate_every_steps=2, checkpoint_every_steps=100)
    real = run_module.validate

    def interrupted(engine, sets, is_stopped):
        os.kill(os.getpid(), signal.SIGTERM)
        return real(engine, sets, is_stopped)

    with monkeypatch.context() as patch, _run(tmp_path, human, config) as run:
        patch.setattr(run_module, "validate", interrupted)
        with pytest.raises(Stopped):
            run.go(4096)
    state = read_state(tmp_path, 2)
    assert state.validated_step == -1
    assert [line["step"] for line in _lines(tmp_path)] == [1, 2]
    with _run(tmp_path, human, config, state) as run:
        run.go(4096)
    steps = [line["step"] for line in _lines(tmp_path) if "valid_loss" in line]
    assert steps == [2, 4, 6]


def test_go__time_limit_ends_the_run(tmp_path, human):
    config = settings(steps=1000, max_minutes=1e-9, validate_every_steps=500, validate_windows=1)
    with _run(tmp_path, human, config) as run:
        assert run.go(4096) == "max_minutes"
    assert checkpoint_steps(tmp_path) == [0]


@pytest.mark.parametrize(("seconds", "ended_by"), [(5_000.0, "steps"), (6_000.0, "max_minutes")])
def test_go__time_limit_is_in_minutes_and_counts_earlier_parts(tmp_path, human, seconds, ended_by):
    config = settings(steps=1, max_minutes=100.0)
    with _run(tmp_path, human, config, State(step=0, settings="s", seconds=seconds)) as run:
        assert run.go(4096) == ended_by


def test_go__time_limit_validates_the_last_weights(tmp_path, human, monkeypatch):
    config = settings(steps=1000, max_minutes=1.0, validate_every_steps=500, validate_windows=1)
    monkeypatch.setattr(Run, "_is_out_of_time", lambda run: run.state.step == 3)
    with _run(tmp_path, human, config) as run:
        assert run.go(4096) == "max_minutes"
        assert run.state.validated_step == 3
    assert [line["step"] for line in _lines(tmp_path)] == [1, 2, 3, 3]
    assert checkpoint_steps(tmp_path) == [2, 3]


def test_go__killed_worker_is_named(tmp_path, human, monkeypatch):
    """Torch raises from a signal handler, in the midst of an update."""

    def struck(*_):
        raise RuntimeError("DataLoader worker (pid 7) is killed by signal: Killed.")

    monkeypatch.setattr(run_module, "take_step", struck)
    with _run(tmp_path, human, settings()) as run, pytest.raises(StorageError, match="a worker process died"):
        run.go(4096)
