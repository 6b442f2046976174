"""A run under way: updates in order, and after each one what is due then."""

import logging
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from senformer.core.commit import write_json
from senformer.core.errors import DataError, Stopped
from senformer.dataset.batch import Batch
from senformer.dataset.loader import named_worker_death
from senformer.train.batches import AnyBatches, iterate_turns
from senformer.train.checkpoint import (
    AVERAGE,
    MODEL,
    OPTIMIZER,
    State,
    best_steps,
    checkpoint_steps,
    prune_checkpoints,
    save_checkpoint,
)
from senformer.train.curve import Curve
from senformer.train.engine import Engine
from senformer.train.folder import FAILED, METRICS, TIMINGS
from senformer.train.judge import after_validation, before_validation, has_stopped_early
from senformer.train.optimizer import optimizer_tensors
from senformer.train.progress import Ticker
from senformer.train.shards import all_whole
from senformer.train.signals import StopRequest
from senformer.train.step import Update, take_step
from senformer.train.validate import ValidationSet, validate

log = logging.getLogger(__name__)


class Run:
    """Takes a state to the last step or the time limit; everything it writes is cut back on resume.

    Of several processes each takes the same steps and decisions; the first one alone writes.

    Attributes
    ----------
    state
        Where the run stands: updates done, best validation, and what the next checkpoint will say.
    """

    def __init__(
        self,
        engine: Engine,
        out: Path,
        state: State,
        batches: Mapping[str, AnyBatches],
        sets: Mapping[str, ValidationSet],
        stop: StopRequest,
    ) -> None:
        self.engine, self.out, self.state, self.stop = engine, out, state, stop
        self._batches, self._sets, self._config = batches, sets, engine.config
        self._team = engine.team
        is_first = self._team.is_first
        self._metrics, self._timings = Curve(out / METRICS, is_first), Curve(out / TIMINGS, is_first)
        self._metrics.roll_back(state.metrics_bytes)
        self._timings.roll_back(state.timings_bytes)
        self._saved = state

    def go(self, bp_per_step: int) -> str:
        """Do all updates that are left; return what ended them: ``steps``, ``early_stop`` or ``max_minutes``.

        Raises
        ------
        Stopped
            A signal came; the state was saved.
        DataError
            Loss or gradient is not finite; the last checkpoint is kept.
        StorageError
            The disk is full, or a loader worker was killed.
        """
        config, state = self._config, self.state
        is_joint = config.organisms == "joint"
        stream = iterate_turns(self._batches, state.step + 1, config.steps, config.workers, is_joint)
        is_first = self._team.is_first
        ticker = Ticker(state.step, config.steps, bp_per_step, state.seconds, has_bar=is_first)
        if self.engine.freezing is not None:
            # A validation that a signal put off is done as it would have been: in the stage of its step.
            self.engine.freezing.begin(max(state.step, 1))
        with named_worker_death(), ticker as self._ticker, closing(cast(Any, stream)):
            if self._validate_if_due() and not self.state.step:
                self._save()  # the weights that it begins at may stay the best
            while not (ended_by := self._ended_by()):
                with self._team.agreed():
                    step, batches = next(stream)
                self._advance(step, batches)
            self._end()
        return ended_by

    def _ended_by(self) -> str:
        """Return what ends the run at this step; empty where it goes on.

        Raises
        ------
        Stopped
            A signal came; the state was saved.
        """
        if self.state.step >= self._config.steps:
            return "steps"
        if has_stopped_early(self.state, self._config):
            return "early_stop"
        # The clock of the first process counts.
        is_late = self._team.is_first and self._is_out_of_time()
        is_over, signal = self._team.highest(is_late, self.stop.signal or 0)
        if is_over:
            return "max_minutes"
        self._heed(signal)
        return ""

    def _is_out_of_time(self) -> bool:
        limit = self._config.max_minutes
        return limit is not None and self._ticker.seconds >= limit * 60

    def _advance(self, step: int, batches: Mapping[str, Batch]) -> None:
        """Do one update, note it, validate and save where it is time to."""
        factor = 1.0 if self.state.plateau is None else self.state.plateau["factor"]
        try:
            update = take_step(self.engine, step, batches, factor)
        except DataError as fault:
            if fault.code == "E604":
                self._metrics.flush()
                own = [str(window) for batch in batches.values() for window in batch.windows]
                windows = [window for part in self._team.gather(own) for window in part]
                found = {"step": step, "organism": " and ".join(batches), "windows": windows}
                if self._team.is_first:
                    write_json(self.out / FAILED, found)
            raise
        self.state = replace(self.state, step=step)
        self._note(update)
        is_better = self._validate_if_due()
        if is_better or step % self._config.checkpoint_every_steps == 0:
            self._save()

    def _note(self, update: Update) -> None:
        step = self.state.step
        for organism, loss in update.losses.items():
            masked = {} if update.n_measured[organism] else {"is_masked": True}
            if masked:
                log.warning(
                    "step %d: no target of this %s batch is measured: its loss is zero", step, organism
                )
            values = {"learning_rate": update.learning_rate, "gradient_norm": update.gradient_norm}
            self._metrics.add(step=step, loss=loss, **values, organism=organism, **masked)
        if step % self._config.log_every_steps == 0 or step == self._config.steps:
            limit = self._config.max_minutes
            self._timings.add(
                step=step, **self._ticker.tell(step, update.loss, limit * 60 if limit else None)
            )
            self._metrics.flush()
            self._timings.flush()

    def _validate_if_due(self) -> bool:
        """Validate at every so many steps and at the last; say whether it is the best so far.

        Where a teacher is followed also before the first update: the student may begin near to it.
        """
        step, every = self.state.step, self._config.validate_every_steps
        is_drawn = step == 0 and self.engine.teacher is None
        if not every or is_drawn or step == self.state.validated_step:
            return False
        return self._validate() if step % every == 0 or step == self._config.steps else False

    def _validate(self) -> bool:
        step = self.state.step
        found = validate(self.engine, self._sets, lambda: bool(self._signal()))
        if found is None:
            return False
        before = before_validation(self.state, self._config, self._metrics.flush())
        for organism, values in found.items():
            self._metrics.add(step=step, organism=organism, **values)
        self._metrics.flush()
        self._ticker.say(f"step {step} validation: {_summary(found)}")
        best = self.state.best
        self.state = replace(after_validation(self.state, self._config, step, found), before_end=before)
        return self.state.best != best

    def _save(self) -> None:
        engine, state = self.engine, self.state
        self.state = replace(
            state,
            metrics_bytes=self._metrics.flush(),
            timings_bytes=self._timings.flush(),
            seconds=self._ticker.seconds,
        )
        held = {MODEL: engine.model.state_dict()}
        held[OPTIMIZER] = optimizer_tensors(engine.model, engine.optimizer)
        if engine.average is not None:
            held[AVERAGE] = engine.average.tensors
        files = {name: all_whole(tensors, self._team.is_first) for name, tensors in held.items()}
        self._saved = self.state

        def write() -> None:
            save_checkpoint(self.out, self.state, files)
            prune_checkpoints(self.out, self._config.keep_checkpoints, best_steps(state))

        self._team.of_first(write)

    def _save_if_new(self) -> None:
        new = self.state.step != self._saved.step or self.state.validated_step != self._saved.validated_step
        if new or self._team.of_first(lambda: self.state.step not in checkpoint_steps(self.out)):
            self._save()

    def _heed(self, signal: int) -> None:
        if not signal:
            return
        self._save_if_new()
        raise Stopped(
            signal,
            str(self.out),
            f"stopped by a signal after step {self.state.step}; the state is saved",
            "Run the same command with --resume to go on.",
        )

    def _signal(self) -> int:
        """Return the signal that has come, to any of the processes; 0 if none."""
        return self._team.highest(self.stop.signal or 0)[0]

    def _end(self) -> None:
        """Validate the last weights, unless that was done, and save them."""
        if self._sets and self.state.validated_step != self.state.step:
            self._validate()
        self._heed(self._signal())
        self._save_if_new()


def _summary(found: Mapping[str, Mapping[str, Any]]) -> str:
    parts = []
    for organism, values in found.items():
        figures = (values["valid_loss"], values["valid_pearson"])
        loss, pearson = ("none" if value is None else f"{value:.4f}" for value in figures)
        parts.append(f"{organism} loss {loss}, mean Pearson {pearson} on {values['n_windows']} windows")
    return "; ".join(parts)
