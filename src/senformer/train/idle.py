"""Settings that would have no effect beside others: refused, for a run must be what its file says."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from senformer.core.config import Config
from senformer.core.errors import ConfigError
from senformer.train.config import TrainConfig
from senformer.train.losses import LOSSES
from senformer.train.optimizer import make_schedule
from senformer.train.optimizers import OPTIMIZERS

log = logging.getLogger(__name__)


def refuse_idle(config: TrainConfig) -> None:
    """Raise where a key of the ``train`` section that is not at its default does nothing.

    Raises
    ------
    ConfigError
        The first such key, and what it would need.
    """
    schedule = make_schedule(config)
    if schedule.watched is not None and config.validate_every_steps is None:
        found = f"{config.schedule} needs validation"
        raise ConfigError("E676", "train.schedule", found, "Set validate_every_steps.")
    schedule.check(config.learning_rate)
    if not schedule.is_open_ended and config.warmup_steps >= config.steps:
        found = f"{config.schedule} has no effect: {_warmup(config)}"
        raise ConfigError("E676", "train.schedule", found, "Give fewer warmup_steps, or raise steps.")
    for stage in [] if config.finetune is None else config.finetune.stages:
        if stage.from_step >= config.steps:
            found = f"the stage from step {stage.from_step} never begins: the run has {config.steps} steps"
            raise ConfigError("E676", "train.finetune.stages", found, "Leave it out, or raise steps.")
    for key, reason, need in _idle(config):
        if getattr(config, key) != _default(key):
            raise ConfigError("E676", f"train.{key}", f"has no effect {reason}", f"{need}, or leave it out.")


def refuse_unread(config: Config, where: str, beside: Mapping[str, Any] | None = None) -> None:
    """Raise where a key that is not at its default does nothing under another, as ``READ_UNDER`` says.

    Parameters
    ----------
    config
        Any configuration.
    where
        Its section, for the message.
    beside
        Values of configurations beside it.

    Raises
    ------
    ConfigError
        The first such key, and under which values it is read.
    """
    given = config.model_dump()
    values = given | dict(beside or {})
    for key, (other, read) in config.READ_UNDER.items():
        default = type(config).model_fields[key].get_default(call_default_factory=True, validated_data=given)
        if values[other] not in read and given[key] != default:
            found = f"has no effect under {other} {values[other]}"
            raise ConfigError("E676", f"{where}.{key}", found, f"Take {' or '.join(read)}, or leave it out.")


def warn_of_warmup(config: TrainConfig) -> None:
    """Log a line where the run ends before the warm-up: it never trains at ``learning_rate``."""
    if config.warmup_steps > config.steps:
        reached = config.learning_rate * config.steps / config.warmup_steps
        log.warning(
            "warning: train.learning_rate of %g is never reached: %s; the rate ends at %g. Give fewer "
            "warmup_steps, or raise steps.",
            config.learning_rate,
            _warmup(config),
            reached,
        )


def _warmup(config: TrainConfig) -> str:
    by_default = "" if "warmup_steps" in config.model_fields_set else " by default"
    return f"the warm-up takes {config.warmup_steps} steps{by_default}, the run has {config.steps}"


def _default(key: str) -> Any:
    return TrainConfig.model_fields[key].get_default(call_default_factory=True)


def _idle(config: TrainConfig) -> Iterator[tuple[str, str, str]]:
    """Yield each key that does nothing, why, and what would change that."""
    if not LOSSES[config.loss].is_of_labels:
        takers = [name for name, loss in LOSSES.items() if loss.is_of_labels]
        yield "class_weights", f"on loss {config.loss}", f"Take {' or '.join(takers)}"
    reads = OPTIMIZERS[config.optimizer].reads
    for key in dict.fromkeys(key for kind in OPTIMIZERS.values() for key in kind.reads):
        if key not in reads:
            takers = [name for name, kind in OPTIMIZERS.items() if key in kind.reads]
            yield key, f"under optimizer {config.optimizer}", f"Take {' or '.join(takers)}"
    if not config.weight_decay:
        yield "decay_all", "without weight_decay", "Give one"
    if config.ema is None:
        yield "ema_warmup", "without ema", "Give one"
    if config.validate_every_steps is None:
        for key in ("select", "stop", "validate_windows"):
            yield key, "without validation", "Set validate_every_steps"
    if config.finetune is not None and config.finetune.frozen_norms:
        yield "norm_momentum", "where train.finetune.frozen_norms keeps the statistics", "Set that to false"
    if config.clip_norm is None:
        yield "clip", "without clip_norm", "Give one"
