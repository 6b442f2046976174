"""From rates and sizes to time, the longest window that fits, and the attention to take."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from senformer.model.config import EnformerConfig
from senformer.workflow.plan.flops import attention_flops, forward_flops, met_pairs, with_kind
from senformer.workflow.plan.memory import Shape, peak_bytes
from senformer.workflow.plan.parameters import empty_model
from senformer.workflow.plan.rates import Rates

# Windows are tried in steps of so many bins, up to so many.
_STEP_BINS, _MOST_BINS = 64, 2**22
# From one length that is tried to the next shorter one, until one fits.
_RATIO = 2 ** (1 / 8)
# Dense attention is recommended while the whole takes at most this much longer than with sparse.
_WORTH = 1.1


def core_flops(name: str, config: EnformerConfig, kind: str, n_bins: int) -> int:
    """Return the operations of all layers' attention cores under a kind."""
    other = with_kind(config, kind)
    model = empty_model(name, with_layers(other, min(1, config.n_layers)))
    if not config.n_layers:
        return 0
    first: Any = model.transformer[0]
    return config.n_layers * attention_flops(other, n_bins, met_pairs(first.attention, n_bins))


def with_layers(config: EnformerConfig, n_layers: int) -> EnformerConfig:
    """Return the configuration with another number of layers."""
    return config.model_copy(update={"n_layers": n_layers})


def seconds_of(shape: Shape, name: str, rates: Rates, kind: str, head: str) -> float:
    """Return the time of a prediction, or of a training step where the rates are those of training.

    Layers whose activations would be large run forward twice in training; that this is twice of a third
    follows from the forward pass taking about a third of a forward and backward one.
    """
    flops = forward_flops(shape.config, shape.n_bins, 0, [head])
    core = core_flops(name, shape.config, kind, shape.n_bins) / rates.core[kind]
    tower = (flops["stem"] + flops["tower"]) / rates.tower
    layer = (flops["projections"] + flops["feed_forward"]) / rates.layer
    top = (flops["pointwise"] + flops["heads"]) / rates.head
    optimizer = 0.0
    if rates.optimizer:
        layer, core = (x * (4 / 3 if shape.layers_run_again else 1) for x in (layer, core))
        optimizer = shape.trained / rates.optimizer
    return shape.batch * (tower + layer + core + top) + optimizer


def longest_window(shape: Shape, parts: Callable[[Shape], dict[str, int]], free: int) -> int:
    """Return the longest window in bp whose need is at most ``free`` bytes; 0 where none fits."""

    def fits(n_steps: int) -> bool:
        return peak_bytes(parts(replace(shape, n_bins=n_steps * _STEP_BINS))) <= free

    smallest = shape.config.crop_bins * 2 // _STEP_BINS + 1
    found = longest_fitting(fits, smallest, _MOST_BINS // _STEP_BINS)
    return (found or 0) * _STEP_BINS * shape.config.bin_bp


def longest_fitting(fits: Callable[[int], bool], smallest: int, largest: int) -> int | None:
    """Return the largest number that fits; None where none does.

    What a longer window needs can be less, where layers or stages begin to run again for the gradient. So
    lengths are tried from the top, each about a tenth shorter, until one fits, and what lies between that
    one and the last that did not is halved. A stretch that fits and is narrower than a step may be missed:
    then a shorter one is found, which fits too.
    """
    above, size = largest + 1, largest
    while not fits(size):
        if size <= smallest:
            return None
        above, size = size, max(smallest, min(size - 1, int(size / _RATIO)))
    while above - size > 1:
        middle = (size + above) // 2
        size, above = (middle, above) if fits(middle) else (size, middle)
    return size


def recommend(
    shape: Shape, name: str, rates: Rates, head: str, sparse: str = "bigbird", beside: float = 0.0
) -> dict[str, Any]:
    """Return which attention to take, and why: the time of the whole with dense and with sparse.

    ``beside`` are seconds of a step that the attention has no part in, those of a teacher.

    Returns
    -------
    ``recommended`` (``dense`` or ``sparse``), ``reason``, ``dense_seconds``, ``sparse_seconds`` and
    ``crossover_bp``, the shortest window (a power of two of bins) from which sparse attention is faster;
    None where it never is.
    """
    dense = beside + seconds_of(shape, name, rates, "dense", head)
    found = beside + seconds_of(shape, name, rates, sparse, head)
    bp = shape.n_bins * shape.config.bin_bp
    takes_dense = dense <= _WORTH * found
    times = f"at {bp:,} bp dense attention takes {dense:.3g} s and {sparse} {found:.3g} s a step"
    why = "dense sees every pair of bins" if takes_dense else "the difference grows with the window"
    return {
        "recommended": "dense" if takes_dense else "sparse",
        "reason": f"{times}, and {why}",
        "dense_seconds": dense,
        "sparse_seconds": found,
        "crossover_bp": _crossover(shape, name, rates, sparse),
    }


def _crossover(shape: Shape, name: str, rates: Rates, sparse: str) -> int | None:
    for power in range(8, 18):
        n_bins = 2**power
        times = [
            core_flops(name, shape.config, kind, n_bins) / rates.core[kind] for kind in (sparse, "dense")
        ]
        if times[0] < times[1]:
            return n_bins * shape.config.bin_bp
    return None
