"""Train a model into a run folder: begin or resume, run, export."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from senformer.core.commit import write_json
from senformer.core.lock import folder_lock
from senformer.dataset.examples import AnyDataset
from senformer.train.checkpoint import (
    AVERAGE,
    OPTIMIZER,
    State,
    checkpoint_path,
    load_tensors,
    load_weights,
    refuse_small_disk,
)
from senformer.train.config import TrainConfig
from senformer.train.engine import Engine
from senformer.train.export import MODEL, export_model
from senformer.train.folder import (
    DONE,
    begin_run,
    find_state,
    forget_unbegun,
    note_resume,
    refuse_used,
    require_folder,
)
from senformer.train.job import Job, make_job
from senformer.train.machine import torch_settings
from senformer.train.optimizer import load_optimizer, optimizer_kind
from senformer.train.prepare import network, prepared
from senformer.train.run import Run
from senformer.train.signals import StopRequest
from senformer.train.team import Team, launched

log = logging.getLogger(__name__)


def train(
    model_section: dict[str, Any],
    config: TrainConfig,
    datasets: Mapping[str, AnyDataset],
    out: Path,
    resume: bool = False,
    config_record: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Train a model into the folder ``out``.

    Every update is a function of (settings, seed, step) alone: a run that was killed at any moment and
    resumed leaves the same ``metrics.jsonl`` and the same weights, byte for byte, on one machine's CPU.

    Launched as several processes, each computes its share of every batch: but for rounding, and for the draws
    of dropout, they leave what one leaves. The first alone writes.

    Parameters
    ----------
    model_section
        ``name`` of a model and overrides of its configuration.
    config
        The ``train`` section.
    datasets
        One dataset per organism; organisms take turns, step by step, in the order of their names.
    out
        Folder of the run; new, or with ``resume`` that of a run with the same settings.
    resume
        Go on from the newest intact checkpoint. A finished run is left as it is, unless ``export`` now asks
        for other weights: they become its model.
    config_record
        What ``run.json`` keeps as the configuration; by default the two sections.

    Returns
    -------
    ``run`` and ``model`` (folders), ``steps`` (updates done), ``stopped_by`` (``steps``,
    ``early_stop`` or ``max_minutes``), ``seconds``, ``best`` (step and value of ``select``, or None),
    ``exported_step`` and ``model_sha256``.

    Raises
    ------
    ConfigError
        Model, settings and datasets disagree, or a run is resumed with other settings.
    OutputError
        The folder is not empty and ``resume`` is off.
    MissingInputError
        There is no run to resume.
    LockedError
        Another process trains there.
    DataError
        Loss or gradient stopped being finite, or no checkpoint is intact.
    Stopped
        A signal came; the state was saved.
    """
    with launched() as team, StopRequest(team.size > 1) as stop:
        return _train(team, stop, model_section, config, datasets, Path(out), resume, config_record)


def _train(
    team: Team,
    stop: StopRequest,
    model_section: dict[str, Any],
    config: TrainConfig,
    datasets: Mapping[str, AnyDataset],
    out: Path,
    resume: bool,
    config_record: dict[str, Any] | None,
) -> dict[str, Any]:
    with team.agreed():
        job = make_job(team, model_section, config, datasets, out if resume else None)
        record = config_record or {"model": model_section, "train": config.model_dump(mode="json")}
        if resume and team.is_first:
            require_folder(out)
    lock = team.within_first(folder_lock(out))
    with lock, torch_settings(config, job.device):
        state, done = team.of_first(lambda: _begin_or_find(out, job, config, resume))
        if done is not None:
            log.info("%s is finished: %d steps, ended by %s", out, done["steps"], done["stopped_by"])
            return done
        if state is not None and _is_saved(state):
            job = replace(job, plan=job.plan.resumed())
        with prepared(job, config, team) as engine:
            if state is None:
                state = team.of_first(lambda: _begin(engine, out, job, config, record))
            else:
                _load(engine, out, state)
                team.of_first(lambda: note_resume(out, state, record, job.plan.start, team.size))
            n_together = len(job.datasets) if config.organisms == "joint" else 1
            run = Run(engine, out, state, job.batches, job.sets, stop)
            with team.within_first(forget_unbegun(out)):
                stopped_by = run.go(job.plan.window_bp * config.batch_size * n_together)
        return team.of_first(lambda: _finish(out, run.state, stopped_by, job, config))


def _begin_or_find(
    out: Path, job: Job, config: TrainConfig, resume: bool
) -> tuple[State | None, dict[str, Any] | None]:
    """Return the state to go on from, if any, and the closing record of a run that is finished."""
    if resume:
        return find_state(out, job.settings, config)
    refuse_used(out)
    return None, None


def _begin(engine: Engine, out: Path, job: Job, config: TrainConfig, record: dict[str, Any]) -> State:
    refuse_small_disk(out, engine.model, config)
    return begin_run(out, job.settings, config, job.datasets, record, job.plan.start, engine.team.size)


def _is_saved(state: State) -> bool:
    """Say whether a checkpoint holds the state: there may be one before the first update too."""
    return bool(state.sha256)


def _load(engine: Engine, out: Path, state: State) -> None:
    if not _is_saved(state):
        log.info("%s has no checkpoint yet: starting at step 0", out)
        return
    log.info("%s goes on from step %d", out, state.step)
    load_weights(engine.model, out, state.step)
    tensors = load_tensors(out, state.step, OPTIMIZER)
    where = str(checkpoint_path(out, state.step) / OPTIMIZER)
    load_optimizer(engine.model, engine.optimizer, tensors, where, optimizer_kind(engine.config)[0].parts)
    if engine.average is not None:
        where = str(checkpoint_path(out, state.step) / AVERAGE)
        engine.average.load(load_tensors(out, state.step, AVERAGE), where)


def _finish(out: Path, state: State, stopped_by: str, job: Job, config: TrainConfig) -> dict[str, Any]:
    # All of its weights come from a checkpoint.
    model = network(job.plan.resumed(), config)
    exported = export_model(model, out, state, config, job.batches, job.plan.start)
    return _close(out, state, stopped_by, exported)


def _close(out: Path, state: State, stopped_by: str, exported: dict[str, Any]) -> dict[str, Any]:
    done = {
        "run": str(out),
        "model": str(out / MODEL),
        "steps": state.step,
        "stopped_by": stopped_by,
        "seconds": round(state.seconds, 1),
        "best": state.best,
        **exported,
    }
    write_json(out / DONE, done)
    log.info("%s is finished: %d steps, ended by %s", out, state.step, stopped_by)
    return done
