"""The folder of a run: begun, found finished, or taken up again at its newest intact checkpoint."""

import datetime
import json
import logging
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from senformer.core.commit import refuse_existing, remove, sweep_folder, write_json
from senformer.core.errors import ConfigError, DataError, MissingInputError, OutputError
from senformer.core.provenance import FILE as RUN
from senformer.core.provenance import versions, write_record
from senformer.dataset.examples import AnyDataset
from senformer.model.folder import WEIGHTS
from senformer.train.checkpoint import (
    FOLDER,
    State,
    checkpoint_path,
    checkpoint_steps,
    newest_state,
    read_state,
)
from senformer.train.config import TrainConfig
from senformer.train.export import exported_step
from senformer.train.finetune.kept import FILE as SOURCE
from senformer.train.finetune.kept import keep_source
from senformer.train.finetune.start import Start
from senformer.train.judge import has_stopped_early, without_end
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
    datasets: Mapping[str, AnyDataset],
    config_record: Mapping[str, Any],
    start: Start | None = None,
    n_processes: int = 1,
) -> State:
    """Write ``run.json`` into an empty folder and return the state before the first update.

    Raises
    ------
    OutputError
        There is something in the folder.
    """
    refuse_used(out)
    sweep(out)
    inputs = {organism: dataset.path for organism, dataset in datasets.items()}
    facts: dict[str, Any] = {"settings": dict(settings), "processes": n_processes, "resumed": []}
    if start is not None:
        inputs["finetune.from"] = start.source.folder / WEIGHTS
        facts["finetune"] = start.facts
    write_record(out, "train", config=dict(config_record), seed=config.seed, inputs=inputs, **facts)
    if start is not None:
        keep_source(out, start.source)
    return State(step=0, settings=settings_hash(settings))


def find_state(
    out: Path, settings: Mapping[str, Any], config: TrainConfig
) -> tuple[State | None, dict[str, Any] | None]:
    """Return the state to go on from, and the closing record where the run is finished.

    A run that its time limit ended is taken up again under a larger limit, one that stopped early under more
    patience, and one with a constant learning rate under a larger number of steps. One
    that is finished is closed anew where ``export`` asks for other weights than its model has. The state is
    None where the folder is there but a kill came before the run began: it is begun anew.

    Raises
    ------
    MissingInputError
        There is no run in the folder.
    ConfigError
        The run was begun with other settings (the first that differs is named), or is beyond ``steps``.
    DataError
        No checkpoint is intact.
    """
    record = read_record(out / RUN)
    if record is None:
        _refuse_other_content(out)
        log.info("%s: the run had not begun, it begins now", out)
        return None, None
    refuse_other_settings(record["settings"], settings, str(out))
    expected = settings_hash(record["settings"])
    sweep(out)
    state = newest_state(out) or State(step=0, settings=expected)
    if state.settings != expected:
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
    done = read_record(out / DONE)
    if _may_go_on(state, config):
        return _check_best(out, without_end(state)), None
    if done is None:
        return _check_best(out, state), None
    wanted = exported_step(state, config)
    if done["exported_step"] == wanted:
        return state, done
    log.info("%s/model holds step %d; step %d is exported now", out, done["exported_step"], wanted)
    return _check_best(out, state), None


def refuse_used(out: Path) -> None:
    """Raise where there is something in the folder, leftovers of a killed writer apart.

    Raises
    ------
    OutputError
        There is a run, or something else.
    """
    if (out / RUN).is_file():
        todo = "Add --resume to go on with it, or choose another --out."
        raise OutputError("E804", str(out), "the output folder holds a run", todo)
    refuse_existing(out)


def require_folder(out: Path) -> None:
    """Raise unless there is a folder to resume in: a misspelt path must not begin a long run.

    Raises
    ------
    MissingInputError
        There is none.
    """
    if not out.is_dir():
        raise MissingInputError("E613", str(out), "there is no run to resume", "Start it without --resume.")


def _refuse_other_content(out: Path) -> None:
    """Raise unless the folder is empty but for leftovers."""
    try:
        refuse_existing(out)
    except OutputError as fault:
        raise MissingInputError(
            "E613", str(out), f"is no run to resume (no {RUN})", "Give the folder of a run."
        ) from fault


def note_resume(
    out: Path,
    state: State,
    config_record: Mapping[str, Any],
    start: Start | None = None,
    n_processes: int = 1,
) -> None:
    """Clear what is void now and add a line to ``run.json`` about the step that the run goes on from."""
    sweep(out)
    if start is not None:
        keep_source(out, start.source)
    for name in (DONE, FAILED):
        remove(out / name)
    # Damaged ones; they would count as the newest when checkpoints are pruned.
    for step in checkpoint_steps(out):
        if step > state.step:
            remove(checkpoint_path(out, step))
    entry = {
        "started": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "command_line": shlex.join(["senformer", *sys.argv[1:]]),
        "step": state.step,
        "processes": n_processes,
        "config": dict(config_record),
        "versions": versions(),
    }
    record = read_record(out / RUN) or {}
    write_json(out / RUN, record | {"resumed": [*record.get("resumed", []), entry]})


def _may_go_on(state: State, config: TrainConfig) -> bool:
    if state.step >= config.steps or has_stopped_early(state, config):
        return False
    return config.max_minutes is None or state.seconds < config.max_minutes * 60


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
    """Put back what a killed replacement took away, and remove the leftovers of killed writers."""
    for folder in (out, out / FOLDER):
        sweep_folder(folder)


@contextmanager
def forget_unbegun(out: Path) -> Iterator[None]:
    """Empty the run's folder again where its data are at fault before there is anything to resume.

    A batch that made the loss not finite is kept, for the error tells to look at it.
    """
    try:
        yield
    except DataError:
        if not (out / FAILED).is_file() and newest_state(out) is None:
            for name in (RUN, SOURCE, METRICS, TIMINGS, FOLDER):
                remove(out / name)
        raise


def read_record(path: Path) -> dict[str, Any] | None:
    """Return what one of the run's JSON files holds, or None where there is none."""
    if not path.is_file():
        return None
    return json.loads(path.read_text(encoding="utf-8"))
