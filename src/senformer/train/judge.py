"""What a validation means for the run: the best so far, a lower rate, an early end."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from senformer.train.checkpoint import State
from senformer.train.config import TrainConfig
from senformer.train.optimizer import make_schedule
from senformer.train.patience import wait
from senformer.train.scores import score, watch_of


def after_validation(
    state: State, config: TrainConfig, step: int, found: Mapping[str, Mapping[str, Any]]
) -> State:
    """Return the state after the validation at ``step``, a function of the state before and of its values."""
    state = replace(state, validated_step=step)
    value = score(found, config.select)
    best = None if state.best is None else state.best.get(config.select)
    if value is not None and watch_of(config.select).is_better(value, best):
        state = replace(state, best={"step": step, config.select: value})
    if config.stop is None:
        state = replace(state, stop=None)
    if config.validate_every_steps is None or step % config.validate_every_steps:
        # One more than the settings ask for, where a limit ended the run: a run let alone has none there.
        return state
    schedule = make_schedule(config)
    if schedule.watched is not None:
        seen = score(found, schedule.watched)
        state = replace(state, plateau=schedule.after(state.plateau, seen, config.learning_rate))
    if config.stop is not None:
        watch = watch_of(config.stop.metric, config.stop.min_delta)
        state = replace(state, stop=wait(state.stop, score(found, config.stop.metric), watch))
    return state


def before_validation(state: State, config: TrainConfig, metrics_bytes: int) -> dict[str, Any] | None:
    """Return what a run that goes on takes up again; None where it would validate at this step, too."""
    if config.validate_every_steps and state.step % config.validate_every_steps == 0:
        return None
    return {"best": state.best, "validated_step": state.validated_step, "metrics_bytes": metrics_bytes}


def without_end(state: State) -> State:
    """Return the state before a validation that the end of the run alone asked for, or as it is."""
    return state if state.before_end is None else replace(state, **state.before_end, before_end=None)


def has_stopped_early(state: State, config: TrainConfig) -> bool:
    """Say whether as many validations as ``stop`` allows have brought nothing better."""
    seen, stop = state.stop, config.stop
    if seen is None or stop is None or seen["metric"] != stop.metric:
        return False
    return seen["waited"] >= stop.patience
