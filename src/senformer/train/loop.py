"""Train a model into a run folder: begin or resume, run, export."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from senformer.core.commit import write_json
from senformer.core.device import pick_device, pick_dtype
from senformer.core.lock import folder_lock
from senformer.core.seeding import child_seed
from senformer.dataset.examples import AnyDataset
from senformer.dataset.fold_choice import choose_folds
from senformer.model import create_model
from senformer.train.average import Average
from senformer.train.batches import make_batches
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
from senformer.train.distill.teacher import Teacher, make_teacher
from senformer.train.engine import Engine
from senformer.train.export import MODEL, export_model
from senformer.train.finetune.freezing import Freezing
from senformer.train.folder import (
    DONE,
    begin_run,
    find_state,
    forget_unbegun,
    note_resume,
    refuse_used,
    require_folder,
)
from senformer.train.loss_choice import make_loss
from senformer.train.machine import accelerator, torch_settings
from senformer.train.optimizer import load_optimizer, make_optimizer, optimizer_kind
from senformer.train.plan import Plan, make_plan
from senformer.train.rates import freeze
from senformer.train.recipe_check import refuse_unfit_recipe
from senformer.train.run import Run
from senformer.train.settings import run_settings
from senformer.train.signals import StopRequest
from senformer.train.targets import refuse_unfit_targets
from senformer.train.validate import make_validation_sets
from senformer.train.weights import positive_weights, track_weights

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
    out = Path(out)
    loss = make_loss(config.loss, config.loss_options)
    datasets = {name: _in_folds(dataset, config) for name, dataset in sorted(datasets.items())}
    plan = make_plan(model_section, config, datasets, out if resume else None)
    dtype = pick_dtype(config.precision, pick_device(config.device))
    refuse_unfit_recipe(config, plan, datasets)
    batches = make_batches(datasets, plan, config)
    teacher = make_teacher(config, plan, datasets, pick_device(config.device))
    taught_by = None if teacher is None else teacher.sha256
    settings = run_settings(plan, config, datasets, str(dtype).removeprefix("torch."), taught_by)
    if teacher is None:
        refuse_unfit_targets(datasets, config.loss, plan)
    weights = track_weights(datasets, config.assay_weights, config.track_weights)
    positive = positive_weights(datasets, config.class_weights)
    sets = make_validation_sets(datasets, plan, config)
    record = config_record or {"model": model_section, "train": config.model_dump(mode="json")}
    if resume:
        require_folder(out)
    with StopRequest() as stop, folder_lock(out), torch_settings(config):
        if resume:
            state, done = find_state(out, settings, config)
            if done is not None:
                log.info("%s is finished: %d steps, ended by %s", out, done["steps"], done["stopped_by"])
                return done
        else:
            refuse_used(out)
            state = None
        if state is not None and state.step:
            plan = plan.resumed()
        with _engine(plan, config, dtype, loss, weights, positive, teacher) as engine:
            if state is None:
                refuse_small_disk(out, engine.model, config)
                state = begin_run(out, settings, config, datasets, record, plan.start)
            else:
                _load(engine, out, state)
                note_resume(out, state, record, plan.start)
            n_together = len(datasets) if config.organisms == "joint" else 1
            run = Run(engine, out, state, batches, sets, stop)
            with forget_unbegun(out):
                stopped_by = run.go(plan.window_bp * config.batch_size * n_together)
            model = engine.accelerator.unwrap_model(engine.model, keep_fp32_wrapper=False).cpu()
        exported = export_model(model, out, run.state, config, batches, plan.start)
        return _close(out, run.state, stopped_by, exported)


@contextmanager
def _engine(
    plan: Plan,
    config: TrainConfig,
    dtype: torch.dtype,
    loss: Callable[..., Tensor],
    weights: Mapping[str, Tensor],
    positive_weights: Mapping[str, Tensor],
    teacher: Teacher | None = None,
) -> Iterator[Engine]:
    """Create the model from the seed and put it on its device."""
    torch.manual_seed(child_seed(config.seed, "weights"))
    model = create_model(plan.name, **plan.overrides)
    if plan.start is not None:
        plan.start.prepare(model, config.seed)
    freeze(model, config)
    freezing = None if config.finetune is None else Freezing(model, config.finetune)
    with accelerator(pick_device(config.device), dtype) as prepared:
        model = prepared.prepare_model(model.train())
        yield Engine(
            prepared,
            model,
            make_optimizer(model, config),
            loss,
            config,
            {organism: weight.to(prepared.device) for organism, weight in weights.items()},
            {organism: weight.to(prepared.device) for organism, weight in positive_weights.items()},
            freezing,
            None if config.ema is None else Average(model),
            teacher,
        )


def _load(engine: Engine, out: Path, state: State) -> None:
    if state.step == 0:
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


def _in_folds(dataset: AnyDataset, config: TrainConfig) -> AnyDataset:
    """Return the dataset with the folds that the settings choose, or as it is."""
    folds = config.folds
    return dataset if folds is None else choose_folds(dataset, folds.test, folds.valid)
