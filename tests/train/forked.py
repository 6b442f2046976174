"""Runs that are killed, in forks of one process that has imported everything: a run costs a second.

``python -m tests.train.forked MODE WORLD FOLDER WORKERS`` prints one JSON object. Nothing of torch or zarr
is used before a fork.
"""

import itertools
import json
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch._dynamo  # noqa: F401  (the optimizer imports it, for seconds, in every fork otherwise)
from tests.train.toy import MODEL, fingerprint, open_world, settings

from senformer.core.errors import SenformerError
from senformer.train import train
from senformer.train.checkpoint import checkpoint_steps


def run(world: Path, out: Path, workers: int, **changes: object) -> None:
    """Begin or resume the run, then leave with its exit code."""
    values = {"steps": 24, "validate_every_steps": 7, "validate_windows": 2, "checkpoint_every_steps": 4}
    config = settings(**(values | {"workers": workers} | changes))
    try:
        train(MODEL, config, open_world(world, "human", "mouse"), out, resume=(out / "run.json").exists())
    except SenformerError as fault:
        print(fault.line, file=sys.stderr)
        os._exit(fault.exit_code)
    os._exit(0)


def fork(work: Callable[..., None], *arguments: object, **changes: object) -> int:
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        try:
            work(*arguments, **changes)
        except BaseException:  # noqa: BLE001  (told, and the child must not go on as its parent)
            traceback.print_exc()
        finally:
            os._exit(99)
    return child


def wait(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def finish(world: Path, out: Path, workers: int, **changes: object) -> dict[str, str]:
    code = wait(fork(run, world, out, workers, **changes))
    return fingerprint(out) if code == 0 else {"exit code": str(code)}


def at_random(world: Path, folder: Path, workers: int) -> dict[str, object]:
    began = time.monotonic()
    whole = finish(world, folder / "whole", 0)
    seconds = time.monotonic() - began
    rng, out, kills = np.random.default_rng(3), folder / "cut", 0
    while kills < 10:
        shutil.rmtree(out) if (out / "DONE.json").exists() else None
        child = fork(run, world, out, workers)
        time.sleep(rng.uniform(0.1, 0.8) * seconds)
        os.kill(child, signal.SIGKILL)
        kills += wait(child) == -signal.SIGKILL
    cut = finish(world, out, workers)
    leftovers = [str(p) for p in out.rglob("*") if p.name.startswith((".partial", ".old", ".lock"))]
    return {"whole": whole, "cut": cut, "kills": kills, "leftovers": leftovers}


# What a run may have switched on, for drawing: one value of each.
OPTIONS: dict[str, list] = {
    "optimizer": ["adam", "adamw", "sgd"],
    "weight_decay": [0.0, 0.1],
    "clip": ["global", "per_tensor"],
    "schedule": ["constant", "cosine", "linear", "plateau"],
    "layer_decay": [1.0, 0.8],
    "rates": [{}, {"stem.*": 0.0, "heads": 10.0}],
    "ema": [None, 0.9],
    "accumulate": [1, 2],
    "organisms": ["alternate", "joint"],
    "organism_weights": [{}, {"mouse": 0.5}],
    "stop": [None, {"metric": "valid_loss", "patience": 2}],
    "select": ["valid_pearson", "human.valid_loss"],
    "loss": ["poisson", "poisson_multinomial"],
}


def draw_options(rng: np.random.Generator) -> dict[str, object]:
    """Return a recipe drawn at random."""
    found = {key: values[rng.integers(len(values))] for key, values in OPTIONS.items()}
    if found["optimizer"] == "sgd":
        found["optimizer_options"] = {"momentum": 0.9, "dampening": 0.5}
        found["learning_rate"] = 1e-3
    elif rng.random() < 0.5:
        found["optimizer_options"] = {"bias_correction": "shared"}
    if found["schedule"] == "plateau":
        found["schedule_options"] = {"patience": 1, "factor": 0.5}
    if found["ema"] is not None:
        found["ema_warmup"] = bool(rng.random() < 0.5)
    return found


def with_options(world: Path, folder: Path, workers: int) -> dict[str, object]:
    """Kill runs of recipes drawn at random, resume each under another number of workers."""
    rng, found = np.random.default_rng(8), {"kills": 0, "different": [], "ended_by": []}
    for case in range(10):
        options = {"steps": 14, "validate_every_steps": 3, "validate_windows": 1, **draw_options(rng)}
        began = time.monotonic()
        whole = finish(world, folder / f"{case}" / "whole", 0, **options)
        seconds = time.monotonic() - began
        out = folder / f"{case}" / "cut"
        for _ in range(2):
            child = fork(run, world, out, int(rng.integers(0, workers + 1)), **options)
            time.sleep(rng.uniform(0.2, 0.9) * seconds)
            os.kill(child, signal.SIGKILL)
            found["kills"] += wait(child) == -signal.SIGKILL
        cut = finish(world, out, int(rng.integers(0, workers + 1)), **options)
        if "exit code" in whole or cut != whole:
            found["different"].append([whole, cut, options])
        else:
            found["ended_by"].append(json.loads((out / "DONE.json").read_text())["stopped_by"])
    return found


def _run_to(point: int, world: Path, out: Path, **changes: object) -> None:
    left = itertools.count(point, -1)

    def guard(real: Callable) -> Callable:
        def call(*arguments: object) -> object:
            if next(left) == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments)

        return call

    Path.rename, Path.replace = guard(Path.rename), guard(Path.replace)
    os.fsync = guard(os.fsync)
    run(world, out, 0, **changes)


def at_writes(world: Path, folder: Path, workers: int) -> dict[str, object]:
    """Kill before the nth flush or rename; ``different``: points whose run ends in other bytes."""
    few = {"steps": 4, "validate_every_steps": 3, "validate_windows": 1, "checkpoint_every_steps": 2}
    few |= {"log_every_steps": 3, "keep_checkpoints": 1}
    whole, different = finish(world, folder / "whole", workers, **few), []
    for point in itertools.count():
        out = folder / str(point)
        if wait(fork(_run_to, point, world, out, **few)) == 0:
            return {"points": point, "different": different}
        if finish(world, out, workers, **few) != whole:
            different.append(point)
        shutil.rmtree(out)
    raise AssertionError


def by_signals(world: Path, folder: Path, workers: int) -> dict[str, object]:
    found: dict[str, list] = {"codes": [], "seconds": [], "cut": []}
    whole = finish(world, folder / "whole", workers)
    for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT):
        out = folder / number.name
        child = fork(run, world, out, workers)
        while not checkpoint_steps(out):
            time.sleep(0.01)
        began = time.monotonic()
        os.killpg(child, number)
        found["codes"].append(wait(child))
        found["seconds"].append(time.monotonic() - began)
        found["cut"].append(finish(world, out, workers))
    return {"whole": whole, **found}


MODES = {"random": at_random, "writes": at_writes, "signals": by_signals, "options": with_options}

if __name__ == "__main__":
    mode, world, folder, workers = sys.argv[1:]
    print(json.dumps(MODES[mode](Path(world), Path(folder), int(workers))))
