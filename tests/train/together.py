"""Runs that several processes share: ``torchrun ... -m tests.train.together JOBS.json``.

Each job of the list is a run; a single process does them too, for comparison.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from safetensors.numpy import load_file
from tests.train.toy import MODEL, open_world, settings

from senformer.core.errors import SenformerError
from senformer.train import prepare as prepare_module
from senformer.train import run as run_module
from senformer.train import train
from senformer.train.team import launched

RATES = ("dropout", "pointwise_dropout", "attention_dropout", "position_dropout")
EXACT = MODEL | dict.fromkeys(RATES, 0.0)
SGD = {"optimizer": "sgd", "learning_rate": 1e-2, "warmup_steps": 0, "clip_norm": 1.0}


def job(world: Path, out: Path, *organisms: str, **changes: Any) -> dict[str, Any]:
    """Describe a run; ``model`` among the changes are overrides, ``act`` what happens in it."""
    extra = {key: changes.pop(key) for key in ("model", "act", "resume") if key in changes}
    named = list(organisms or ("human",))
    return {"world": str(world), "out": str(out), "organisms": named, "settings": changes, **extra}


def do(job: dict[str, Any]) -> dict[str, Any]:
    """Train as a job says."""
    datasets = open_world(Path(job["world"]), *job["organisms"])
    with ExitStack() as stack:
        for name, value in job.get("act", {}).items():
            stack.enter_context(ACTS[name](value))
        model = EXACT | job.get("model", {})
        config = settings(**job["settings"])
        return train(model, config, datasets, Path(job["out"]), resume=job.get("resume", False))


@contextmanager
def _updates(change):
    real = run_module.take_step

    def step_with_change(engine, step, batches, factor):
        return real(engine, step, change(engine, step, batches), factor)

    with mock.patch.object(run_module, "take_step", step_with_change):
        yield


def _masked(share: float):
    """Let every window miss some of its targets, one in three all of them: a function of the window alone."""

    def change(engine, step, batches):
        return {organism: _mask(batch) for organism, batch in batches.items()}

    def _mask(batch):
        targets = batch.targets.copy()
        for row, window in zip(targets, batch.windows, strict=True):
            seed = int.from_bytes(hashlib.sha256(str(window).encode()).digest()[:4], "little")
            rng = np.random.default_rng(seed)
            row[rng.random(row.shape) < (1.1 if seed % 3 == 0 else share * rng.random())] = np.nan
        return replace(batch, targets=targets)

    return _updates(change)


def _signal(values: Sequence[int]):
    """Send a signal to one process before an update."""
    rank, at, number = values

    def change(engine, step, batches):
        if (engine.team.rank, step) == (rank, at):
            os.kill(os.getpid(), number)
        return batches

    return _updates(change)


@contextmanager
def _signal_validating(values: Sequence[int]):
    """Send a signal to one process as it begins a validation."""
    rank, number = values
    real = run_module.validate

    def validate(engine, sets, is_stopped):
        if engine.team.rank == rank:
            os.kill(os.getpid(), number)
        return real(engine, sets, is_stopped)

    with mock.patch.object(run_module, "validate", validate):
        yield


def _spoil(values: Sequence[int]):
    """Let the targets of one process be infinite in an update."""
    rank, at = values

    def change(engine, step, batches):
        if (engine.team.rank, step) != (rank, at):
            return batches
        return {name: replace(b, targets=np.full_like(b.targets, np.inf)) for name, b in batches.items()}

    return _updates(change)


@contextmanager
def _spoil_validating(rank: int):
    """Let the losses of one process's validation not be finite."""
    real = run_module.validate

    def validate(engine, sets, is_stopped):
        def loss(*given, **named):
            return engine.loss(*given, **named) * np.nan

        return real(replace(engine, loss=loss) if engine.team.rank == rank else engine, sets, is_stopped)

    with mock.patch.object(run_module, "validate", validate):
        yield


@contextmanager
def _tiled(_: bool):
    """Compute stem and tower in tiles, and layers again on the way back."""
    real = prepare_module.create_model

    def create(*arguments, **overrides):
        model = real(*arguments, **overrides)
        model.recompute = "always"
        return model

    with mock.patch.object(prepare_module, "create_model", create):
        yield


ACTS = {
    "tiled": _tiled,
    "masked": _masked,
    "signal": _signal,
    "signal_validating": _signal_validating,
    "spoil": _spoil,
    "spoil_validating": _spoil_validating,
}


def launch(jobs: Sequence[dict[str, Any]], folder: Path, n: int = 2) -> subprocess.CompletedProcess:
    """Do the jobs in several processes of one torchrun."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("exit_*"):
        path.unlink()
    (folder / "jobs.json").write_text(json.dumps(list(jobs)))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(["src", "."]), "OMP_NUM_THREADS": "1"}
    command = ["-m", "torch.distributed.run", f"--nproc-per-node={n}", "--rdzv-backend=c10d"]
    command += ["--rdzv-endpoint=localhost:0", "-m", "tests.train.together", str(folder / "jobs.json")]
    return subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, check=False, timeout=300
    )


def curve(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]


def tensors(out: Path) -> dict[str, np.ndarray]:
    return load_file(out / "model" / "model.safetensors")


def assert_same_curve(found: Path, expected: Path, valid_tolerance: float = 1e-5) -> None:
    """Compare losses to 1e-5, norms of gradients and losses of validation, relative to their size."""
    ours, theirs = curve(found), curve(expected)
    assert [line["step"] for line in ours] == [line["step"] for line in theirs]
    for one, other in zip(ours, theirs, strict=True):
        assert one.keys() == other.keys()
        for key, rtol in (("loss", 1e-5), ("valid_loss", valid_tolerance), ("gradient_norm", 1e-4)):
            if key in other:
                np.testing.assert_allclose(one[key], other[key], rtol, err_msg=f"{one['step']} {key}")


def assert_same_weights(found: Path, expected: Path, atol: float = 2e-6) -> None:
    """Compare the finished models' tensors, running statistics included."""
    ours, theirs = tensors(found), tensors(expected)
    assert ours.keys() == theirs.keys()
    for name, tensor in theirs.items():
        np.testing.assert_allclose(ours[name], tensor, rtol=1e-4, atol=atol, err_msg=name)


def main() -> None:
    try:
        with launched():
            for one in json.loads(Path(sys.argv[1]).read_text()):
                do(one)
    except SenformerError as fault:
        if not fault.is_told:
            print(fault.line, file=sys.stderr, flush=True)
        Path(sys.argv[1]).with_name(f"exit_{os.environ['RANK']}").write_text(str(fault.exit_code))
        sys.exit(fault.exit_code)


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(240)
    main()
