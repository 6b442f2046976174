"""Which backend computes a call: the one that was named, or on a GPU the one that is measured fastest.

The measurement is made once for each shape and process, on random operands.
"""

import logging
from collections.abc import Mapping

import torch

from senformer.core.config import nearest
from senformer.core.errors import ConfigError
from senformer.model.attention.backends import BACKENDS
from senformer.model.attention.backends.base import Backend, Call
from senformer.model.attention.backends.timing import measure

_LOG = logging.getLogger(__name__)

AUTO = "auto"
# Of this process: shape -> name; what was said already.
_CHOSEN: dict[tuple, str] = {}
_SAID: set[str] = set()


def check_backend(name: str) -> None:
    """Raise unless ``name`` is ``auto`` or a row of ``BACKENDS``.

    Raises
    ------
    ConfigError
        It is neither.
    """
    if name != AUTO and name not in BACKENDS:
        names = [AUTO, *BACKENDS]
        raise ConfigError(
            "E572", "attention backend", f"{name!r} is none of {', '.join(names)}", nearest(name, names)
        )


def pick(name: str, call: Call) -> Backend:
    """Return the backend for a call.

    Parameters
    ----------
    name
        A row of ``BACKENDS``, or ``auto``: on a CPU ``tiles``, on a GPU the fastest of those that can.
    call
        What is to be computed.

    Raises
    ------
    ConfigError
        No backend has this name, or the one that was named cannot compute this call.
    """
    check_backend(name)
    if name == AUTO:
        return BACKENDS[_automatic(call)]
    reason = BACKENDS[name].refuses(call)
    if reason is not None:
        raise ConfigError(
            "E573",
            f"attention backend {name!r}",
            f"it cannot compute this: {reason}",
            "Set 'auto' or 'tiles'.",
        )
    return BACKENDS[name]


def _automatic(call: Call) -> str:
    if call.device.type != "cuda":
        return "tiles"
    if call.dropout:
        # Other tiles would draw other weights to drop: no measurement may decide over that.
        _say("attention: tiles, because weights are dropped in training")
        return "tiles"
    shape = shape_of(call)
    if shape not in _CHOSEN:
        _CHOSEN[shape] = _fastest(call)
    return _CHOSEN[shape]


def shape_of(call: Call) -> tuple:
    """Return what decides over the time that a call takes."""
    pattern = call.pattern
    pairs_a_block = max(len(plan.pattern.pairs) for plan in call.plans) // pattern.n_blocks
    return (
        call.device,
        call.query.dtype,
        tuple(call.query.shape),
        call.value.shape[-1],
        isinstance(call.relative, torch.Tensor),
        call.needs_gradients,
        len(call.plans),
        call.layout,
        pairs_a_block,
        any(len(plan.pattern.global_bins) for plan in call.plans),
    )


def _fastest(call: Call) -> str:
    reasons = {name: backend.refuses(call) for name, backend in BACKENDS.items()}
    able = {name: BACKENDS[name] for name, reason in reasons.items() if reason is None}
    if reasons["flex"] is not None:
        _say(f"attention: not flex, because {reasons['flex']}")
    if list(able) == ["tiles"]:
        return "tiles"
    seconds = _measured(able, call)
    if not seconds:
        return "tiles"
    times = ", ".join(
        f"{name} {1000 * seconds[name]:.2g} ms" for name in sorted(seconds, key=lambda name: seconds[name])
    )
    step = "forward and backward" if call.needs_gradients else "forward"
    _LOG.info("attention: %s for %s bins, %s", times, f"{call.pattern.n_bins:,}", step)
    return min(seconds, key=lambda name: seconds[name])


def _measured(able: Mapping[str, Backend], call: Call) -> dict[str, float]:
    """Return the seconds of each backend; one that fails is named and left out."""
    seconds = {}
    for name, backend in able.items():
        try:
            seconds[name] = measure(backend, call)
        except RuntimeError as fault:  # the compiler's and the device's own, and memory that runs out
            what = str(fault).strip() or type(fault).__name__
            _LOG.warning("attention: not %s, because it failed: %s", name, what.splitlines()[0])
    return seconds


def _say(text: str) -> None:
    if text not in _SAID:
        _SAID.add(text)
        _LOG.info(text)
