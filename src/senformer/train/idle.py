"""Settings that would have no effect beside others: refused, for a run must be what its file says."""

from collections.abc import Iterator
from typing import Any

_ADAM = ("adam", "adamw")


def refuse_idle(config: Any) -> None:
    """Raise where a key of the ``train`` section that is not at its default does nothing.

    Raises
    ------
    ValueError
        The first such key, and what it would need.
    """
    for key, need in _idle(config):
        if getattr(config, key) != type(config).model_fields[key].get_default(call_default_factory=True):
            raise ValueError(f"{key} has no effect {need}, or leave it out")


def _idle(config: Any) -> Iterator[tuple[str, str]]:
    if config.loss != "binary_cross_entropy":
        yield "class_weights", f"on loss {config.loss}; take binary_cross_entropy"
    if config.optimizer not in _ADAM:
        for key in ("betas", "eps"):
            yield key, f"under optimizer {config.optimizer}; take adam or adamw"
    if not config.weight_decay:
        yield "decay_all", "without weight_decay; give one"
    if config.ema is None:
        yield "ema_warmup", "without ema; give one"
    if config.validate_every_steps is None:
        for key in ("select", "stop"):
            yield key, "without validation; set validate_every_steps"
        if config.schedule == "plateau":
            raise ValueError("schedule plateau needs validation: set validate_every_steps")
    if config.clip_norm is None:
        yield "clip", "without clip_norm; give one"
