"""The folder of a run: begun, found finished, or taken up again at its newest intact checkpoint."""

import datetime
import json
import logging
import shlex
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from senformer.core.commit import refuse_existing, remove, write_json
from senformer.core.errors import ConfigError, DataError, MissingInputError
from senformer.core.provenance import FILE as RUN
from senformer.core.provenance import versions, write_record
from senformer.dataset.store import Dataset
from senformer.train.checkpoint import FOLDER, State, newest_state, read_state
from senformer.train.config import TrainConfig
from senformer.train.settings import refuse_other_settings, settings_hash

DONE = "DONE.json"
METRICS = "metrics.jsonl"
TIMINGS = "timings.jsonl"
FAILED = "failed_batch.json"

log = logging.getLogger(__name__)


def begin_run(
    out: Path,
    settings: Mapping[str, Any],
    config: TrainConfig,
    datasets: Mapping[str, Dataset],
    config_record: Mapping[str, Any],
) -> State:
    """Write ``run.json`` into an empty folder and return the state before the first update.

    Raises
    ------
    OutputError
        There is something in the folder.
    """
    refuse_existing(out)
    sweep(out)
    write_record(
        out,
        "train",
        config=dict(config_record),
        seed=config.seed,
        inputs={organism: dataset.path for organism, dataset in datasets.items()},
        settings=dict(settings),
        resumed=[],
    )
    return State(step=0, settings=settings_hash(settings))


def resume_run(
    out: Path, settings: Mapping[str, Any], config: TrainConfig, config_record: Mapping[str, Any]
) -> tuple[State, dict[str, Any] | None]:
    """Return the state to go on from, and the closing record where the run is finished.

    A run that its time limit ended is taken up again under a larger limit, and one with a constant
    learning rate under a larger number of steps.

    Raises
    ------
    MissingInputError
        There is no run in the folder.
    ConfigError
        The run was begun with other settings; the first that differs is named.
    DataError
        No checkpoint is intact, or the newest is beyond ``steps``.
    """
    record = _read(out / RUN)
    if record is None:
        raise MissingInputError(
            "E613", str(out), f"is no run to resume (no {RUN})", "Start it without --resume."
        )
    refuse_other_settings(record["settings"], settings, str(out))
    state = newest_state(out) or State(step=0, settings=settings_hash(settings))
    if state.settings != settings_hash(settings):
        raise ConfigError(
            "E614",
            f"{out} step {state.step}",
            "the checkpoint belongs to a run of other settings",
            "Remove it, or train into another --out.",
        )
    if state.step > config.steps:
        raise ConfigError(
            "E615",
            str(out),
            f"the newest checkpoint is at step {state.step}, steps is {config.steps}",
            "Give at least as many steps, or train into another --out.",
        )
    done = _read(out / DONE)
    if done is not None and not _may_go_on(state, done, config):
        return state, done
    sweep(out)
    for name in (DONE, FAILED):
        remove(out / name)
    entry = {
        "started": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "command_line": shlex.join(["senformer", *sys.argv[1:]]),
        "step": state.step,
        "config": dict(config_record),
        "versions": versions(),
    }
    write_json(out / RUN, record | {"resumed": [*record.get("resumed", []), entry]})
    return _check_best(out, state), None


def _may_go_on(state: State, done: Mapping[str, Any], config: TrainConfig) -> bool:
    if state.step >= config.steps:
        return False
    in_time = config.max_minutes is None or state.seconds < config.max_minutes * 60
    return in_time


def _check_best(out: Path, state: State) -> State:
    """Forget a best checkpoint that is damaged, aloud: the best of what follows takes its place."""
    if state.best is None or state.best["step"] == state.step:
        return state
    try:
        read_state(out, int(state.best["step"]))
    except DataError as fault:
        log.warning("%s; the best of the validations to come is exported", fault)
        return replace(state, best=None)
    return state


def sweep(out: Path) -> None:
    """Remove the leftovers of a killed writer."""
    for folder in (out, out / FOLDER):
        for pattern in (".partial-*", ".old-*"):
            for path in folder.glob(pattern):
                remove(path)


def _read(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    return json.loads(path.read_text(encoding="utf-8"))
