"""The training loop: updates, curve, validation, checkpoints, and a clean end whatever happens."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import torch

from senformer.core.commit import write_json
from senformer.core.device import pick_device, pick_dtype
from senformer.core.errors import DataError, Stopped
from senformer.core.lock import folder_lock
from senformer.core.seeding import child_seed
from senformer.core.tables import choose
from senformer.dataset.store import Dataset
from senformer.model import create_model
from senformer.train.batches import iterate_turns, make_batches
from senformer.train.checkpoint import (
    OPTIMIZER,
    State,
    checkpoint_path,
    load_tensors,
    load_weights,
    prune_checkpoints,
    save_checkpoint,
)
from senformer.train.config import TrainConfig
from senformer.train.curve import Curve
from senformer.train.export import export_model
from senformer.train.folder import DONE, FAILED, METRICS, TIMINGS, begin_run, resume_run
from senformer.train.losses import LOSSES
from senformer.train.machine import accelerator, torch_settings
from senformer.train.optimizer import load_optimizer, make_optimizer, optimizer_tensors
from senformer.train.plan import Plan, check_bins, make_plan
from senformer.train.progress import Ticker
from senformer.train.settings import run_settings
from senformer.train.signals import StopRequest
from senformer.train.step import Engine, Update, take_step
from senformer.train.validate import ValidationSet, make_validation_sets, mean_pearson, validate

log = logging.getLogger(__name__)


def train(
    model_section: dict[str, Any],
    config: TrainConfig,
    datasets: Mapping[str, Dataset],
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
        One dataset per organism; organisms take turns, step by step.
    out
        Folder of the run; new, or with ``resume`` that of a run with the same settings.
    resume
        Go on from the newest intact checkpoint. A finished run is left as it is.
    config_record
        What ``run.json`` keeps as the configuration; by default the two sections.

    Returns
    -------
    ``run`` and ``model`` (folders), ``steps`` (updates done), ``stopped_by`` (``steps`` or
    ``max_minutes``), ``exported_step``, ``best`` (step and mean Pearson's r, or None).

    Raises
    ------
    ConfigError
        Model, settings and datasets disagree, or a run is resumed with other settings.
    OutputError
        The folder exists and ``resume`` is off.
    LockedError
        Another process trains there.
    DataError
        Loss or gradient stopped being finite, or no checkpoint is intact.
    Stopped
        A signal came; the state was saved.
    """
    out = Path(out)
    plan = make_plan(model_section, config, datasets)
    dtype = pick_dtype(config.precision, pick_device(config.device))
    settings = run_settings(plan, config, datasets, str(dtype).removeprefix("torch."))
    record = config_record or {"model": model_section, "train": config.model_dump(mode="json")}
    sets = make_validation_sets(datasets, plan, config)
    with (
        torch_settings(config),
        StopRequest() as stop,
        _engine(plan, config, dtype) as engine,
        folder_lock(out),
    ):
        if resume:
            state, done = resume_run(out, settings, config, record)
            if done is not None:
                log.info("%s is finished: %d steps, ended by %s", out, done["steps"], done["stopped_by"])
                return done
            _load(engine, out, state)
        else:
            state = begin_run(out, settings, config, datasets, record)
        run = _Run(engine, out, stop, sets, plan.window_bp * config.batch_size)
        state, stopped_by = run.go(state, make_batches(datasets, plan, config))
        return _finish(engine, out, state, stopped_by, datasets)


@contextmanager
def _engine(plan: Plan, config: TrainConfig, dtype: torch.dtype) -> Iterator[Engine]:
    """Create the model from the seed and put it on its device."""
    torch.manual_seed(child_seed(config.seed, "weights"))
    model = create_model(plan.name, **plan.overrides)
    check_bins(plan, model.bin_bp)
    loss = choose(LOSSES, config.loss, "loss")
    with accelerator(pick_device(config.device), dtype) as prepared:
        model = prepared.prepare_model(model.train())
        yield Engine(prepared, model, make_optimizer(model, config), loss, config)


def _load(engine: Engine, out: Path, state: State) -> None:
    if state.step == 0:
        log.info("%s has no checkpoint yet: starting at step 0", out)
        return
    log.info("%s goes on from step %d", out, state.step)
    load_weights(engine.model, out, state.step)
    tensors = load_tensors(out, state.step, OPTIMIZER)
    load_optimizer(engine.model, engine.optimizer, tensors, str(checkpoint_path(out, state.step) / OPTIMIZER))


@dataclass
class _Run:
    """A run under way."""

    engine: Engine
    out: Path
    stop: StopRequest
    sets: Mapping[str, ValidationSet]
    bp_per_step: int

    def go(self, state: State, batches: Mapping[str, Any]) -> tuple[State, str]:
        """Do all updates that are left; return the closing state and why the run ended."""
        config = self.engine.config
        self.metrics, self.timings = Curve(self.out / METRICS), Curve(self.out / TIMINGS)
        self.metrics.roll_back(state.metrics_bytes)
        self.timings.roll_back(state.timings_bytes)
        self.saved = state.step
        stream = iterate_turns(batches, state.step + 1, config.steps, config.workers)
        with (
            Ticker(state.step, config.steps, self.bp_per_step, state.seconds) as self.ticker,
            closing(cast(Any, stream)),
        ):
            if state.is_validation_due:
                state = self._validate(state)
            while state.step < config.steps and not self._is_out_of_time():
                self._heed(state)
                step, organism, batch = next(stream)
                update = self._update(step, organism, batch)
                state = replace(state, step=step)
                state = self._after(state, organism, update)
            return self._close(state)

    def _update(self, step: int, organism: str, batch: Any) -> Update:
        try:
            return take_step(self.engine, step, organism, batch)
        except DataError as fault:
            if fault.code == "E604":
                self.metrics.flush()
                windows = [str(window) for window in batch.windows]
                write_json(self.out / FAILED, {"step": step, "organism": organism, "windows": windows})
            raise

    def _after(self, state: State, organism: str, update: Update) -> State:
        """Note the update; validate and save where it is time to."""
        config = self.engine.config
        values = {
            "step": state.step,
            "loss": update.loss,
            "learning_rate": update.learning_rate,
            "gradient_norm": update.gradient_norm,
            "organism": organism,
        }
        if not update.n_measured:
            values["is_masked"] = True
            log.warning(
                "step %d: no target of this %s batch is measured; its loss is zero", state.step, organism
            )
        self.metrics.add(**values)
        if state.step % config.log_every_steps == 0 or state.step == config.steps:
            self._tell(state.step, update.loss)
        is_due = bool(self.sets) and state.step % (config.validate_every_steps or 1) == 0
        if is_due:
            state = self._validate(state)
        if state.step % config.checkpoint_every_steps == 0:
            state = self._save(state)
        return state

    def _tell(self, step: int, loss: float) -> None:
        config = self.engine.config
        limit_s = config.max_minutes * 60 if config.max_minutes else None
        self.timings.add(step=step, **self.ticker.tell(step, loss, limit_s))
        self.metrics.flush()
        self.timings.flush()

    def _validate(self, state: State) -> State:
        found = validate(self.engine, self.sets, lambda: self.stop.signal is not None)
        if found is None:
            return replace(state, is_validation_due=True)
        for organism, values in found.items():
            self.metrics.add(step=state.step, organism=organism, **values)
        score = mean_pearson(found)
        log.info("step %d validation: %s", state.step, _summary(found))
        state = replace(state, is_validation_due=False)
        if score is not None and (state.best is None or score > state.best["valid_pearson"]):
            state = self._save(replace(state, best={"step": state.step, "valid_pearson": score}))
        return state

    def _save(self, state: State) -> State:
        engine = self.engine
        sizes = {"metrics_bytes": self.metrics.flush(), "timings_bytes": self.timings.flush()}
        state = replace(state, seconds=self.ticker.seconds, **sizes)
        tensors = optimizer_tensors(engine.model, engine.optimizer)
        save_checkpoint(self.out, state, engine.model.state_dict(), tensors)
        self.saved = state.step
        best = int(state.best["step"]) if state.best else None
        prune_checkpoints(self.out, engine.config.keep_checkpoints, best)
        return state

    def _heed(self, state: State) -> None:
        """Save and leave where a signal came."""
        if self.stop.signal is None:
            return
        if state.step != self.saved or state.is_validation_due:
            self._save(state)
        raise Stopped(
            self.stop.signal,
            str(self.out),
            f"stopped by a signal after step {state.step}; the state is saved",
            "Run the same command with --resume to go on.",
        )

    def _is_out_of_time(self) -> bool:
        limit = self.engine.config.max_minutes
        return limit is not None and self.ticker.seconds >= limit * 60

    def _close(self, state: State) -> tuple[State, str]:
        """Validate and save at the last step, unless that was done there."""
        every = self.engine.config.validate_every_steps
        if every and (state.is_validation_due or (state.step % every and state.step != self.saved)):
            state = self._validate(state)
        self._heed(state)
        if state.step != self.saved or not checkpoint_path(self.out, state.step).exists():
            state = self._save(state)
        return state, "steps" if state.step >= self.engine.config.steps else "max_minutes"


def _summary(found: Mapping[str, Mapping[str, Any]]) -> str:
    parts = []
    for organism, values in found.items():
        figures = [values["valid_loss"], values["valid_pearson"]]
        loss, pearson = ("none" if value is None else f"{value:.4f}" for value in figures)
        parts.append(f"{organism} loss {loss}, mean Pearson {pearson} on {values['n_windows']} windows")
    return "; ".join(parts)


def _finish(
    engine: Engine, out: Path, state: State, stopped_by: str, datasets: Mapping[str, Dataset]
) -> dict[str, Any]:
    """Export the model and close the run."""
    model = engine.accelerator.unwrap_model(engine.model, keep_fp32_wrapper=False).cpu()
    exported = export_model(model, out, state, engine.config, datasets)
    done = {
        "run": str(out),
        "model": str(out / "model"),
        "steps": state.step,
        "stopped_by": stopped_by,
        "seconds": round(state.seconds, 1),
        "best": state.best,
        **exported,
    }
    write_json(out / DONE, done)
    log.info("%s: %d steps, ended by %s", out, state.step, stopped_by)
    return done
