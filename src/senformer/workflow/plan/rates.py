"""A ten-second calibration: how fast this machine runs each part of this model.

The parts themselves are run, on a short window and with one layer, so that whatever the model does (tiles,
recomputation, its way of multiplying) is in the rates. Rates are operations a second as
:func:`~senformer.workflow.plan.flops.forward_flops` counts them.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from senformer.core.device import PRECISIONS
from senformer.model.config import EnformerConfig
from senformer.model.network import Enformer
from senformer.model.trunk_model import attention_layer
from senformer.model.zoo import MODELS
from senformer.predict.precision import arithmetic
from senformer.workflow.bench.attention import core_of
from senformer.workflow.measure.models import fill
from senformer.workflow.plan.flops import attention_flops, forward_flops, met_pairs, with_kind

# Bins of the window that each part is run on: enough for its steady speed, few enough for ten seconds.
_TOWER_BINS, _TOWER_BINS_TRAINED, _LAYER_BINS, _CORE_BINS = 64, 32, 512, 1024
# A part is run on twice the bins as long as a call takes less time than this (on a GPU, launches would be
# what is timed), up to so many bins.
_STEADY_SECONDS, _MOST_BINS = 0.05, 2**15
# A second call is made where the first one is short enough for noise to matter.
_SHORT_SECONDS = 0.3
_MOST_UPDATES = 64
# Operations, and the call that does them.
Part = tuple[int, Callable[[], Tensor]]


@dataclass(frozen=True)
class Rates:
    """Operations a second of each part, and bytes of weights a second of the optimizer.

    Attributes
    ----------
    tower, layer, core, head
        Stem and tower; a layer without its attention core; the core by attention kind; final layers.
    optimizer
        Trained bytes that AdamW updates in a second; 0 for a prediction.
    seconds
        That the calibration took.
    """

    tower: float
    layer: float
    core: dict[str, float]
    head: float
    optimizer: float
    seconds: float


def calibrate(
    name: str,
    config: EnformerConfig,
    *,
    device: str = "cpu",
    dtype: str = "fp32",
    trains: bool = False,
    is_frozen: bool = False,
    kinds: Sequence[str] = (),
) -> Rates:
    """Measure the parts of a model on ``device``.

    Parameters
    ----------
    name, config
        The model; its sizes are kept, all layers but one are left out.
    device, dtype
        Where and in which precision.
    trains
        Measure forward and backward instead of a prediction.
    is_frozen
        Whether batch normalization keeps its statistics in training.
    kinds
        Attention kinds to measure besides the model's own.
    """
    start = time.perf_counter()
    run = _Run(device, PRECISIONS[dtype], trains, is_frozen)
    model = _short_model(name, config, run)
    core = {kind: _core_rate(config, kind, run) for kind in dict.fromkeys([config.attention.kind, *kinds])}
    return Rates(
        tower=_tower_rate(model, run),
        layer=_layer_rate(model, run, core[config.attention.kind]),
        core=core,
        head=_head_rate(model, run),
        optimizer=_optimizer_rate(model, run) if trains else 0.0,
        seconds=time.perf_counter() - start,
    )


@dataclass(frozen=True)
class _Run:
    """How parts are run and timed."""

    device: str
    dtype: torch.dtype
    trains: bool
    is_frozen: bool

    def seconds(self, call: Callable[[], Tensor]) -> float:
        """Return the time of a call after a first one, its backward pass with it in training."""
        self._once(call)
        found = self._once(call)
        return found if found > _SHORT_SECONDS else min(found, self._once(call))

    def rate(self, part: Callable[[int], Part], n_bins: int) -> float:
        """Return operations a second of a part: from bins to its operations and the call."""
        while True:
            flops, call = part(n_bins)
            seconds = self.seconds(call)
            if seconds >= _STEADY_SECONDS or 2 * n_bins > _MOST_BINS:
                return flops / seconds
            n_bins *= 2

    def wait(self) -> None:
        """Let the device come to its end."""
        if self.device != "cpu":
            torch.cuda.synchronize(self.device)

    def _once(self, call: Callable[[], Tensor]) -> float:
        self.wait()
        start = time.perf_counter()
        with torch.set_grad_enabled(self.trains):
            with arithmetic(torch.device(self.device), self.dtype):
                out = call()
            if self.trains:
                out.float().sum().backward()
        self.wait()
        return time.perf_counter() - start


def _short_model(name: str, config: EnformerConfig, run: _Run) -> Enformer:
    with torch.device("meta"):
        model = MODELS[name].build(name, config.model_copy(update={"n_layers": 1}))
    model.to_empty(device=run.device)
    fill(model)
    model.train(run.trains)
    model.recompute = "always"
    for module in model.modules():
        if run.is_frozen and hasattr(module, "running_mean"):
            module.eval()
    return model


def _values(run: _Run, *shape: int) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(shape, generator=generator).to(run.device).requires_grad_(run.trains)


def _tower_rate(model: Enformer, run: _Run) -> float:
    def part(n_bins: int) -> Part:
        codes = torch.randint(0, 4, (1, n_bins * model.bin_bp), dtype=torch.uint8)
        flops = forward_flops(model.config, n_bins, 0)
        return flops["stem"] + flops["tower"], lambda: model.bins(codes)

    return run.rate(part, _TOWER_BINS_TRAINED if run.trains else _TOWER_BINS)


def _core_rate(config: EnformerConfig, kind: str, run: _Run) -> float:
    """Return the rate of attention between its projections."""
    config = with_kind(config, kind)
    attention = attention_layer(config, 0).to(run.device, run.dtype).train(run.trains)
    heads, key, value = config.n_heads, config.key_size, config.value_size
    core = core_of(attention)

    def part(n_bins: int) -> Part:
        n_rows = n_bins + attention.n_tokens
        shapes = [(heads, 1, n_rows, size) for size in (key, key, value)] + [(heads, 2 * n_bins - 1, key)]
        operands = [_halves(run, _values(run, *shape)) for shape in shapes]
        flops = attention_flops(config, n_bins, met_pairs(attention, n_bins))
        return flops, lambda: core(*operands)

    return run.rate(part, _CORE_BINS)


def _halves(run: _Run, x: Tensor) -> Tensor:
    return x.detach().to(run.dtype).requires_grad_(run.trains)


def _block(model: Enformer) -> Any:
    return model.transformer[0]


def _layer_rate(model: Enformer, run: _Run, core: float) -> float:
    """Return the rate of a layer when the time of its core is taken away."""
    config, block = model.config, _block(model)
    sizes: list[tuple[int, int]] = []

    def part(n_bins: int) -> Part:
        x = _values(run, 1, n_bins + block.attention.n_tokens, config.channels)
        positions = model.positions(n_bins)
        flops = forward_flops(config, n_bins, 0)
        sizes.append((n_bins, flops["projections"] + flops["feed_forward"]))
        return sizes[-1][1], lambda: block(x, positions)

    rate = run.rate(part, _LAYER_BINS)
    n_bins, outside = sizes[-1]
    seconds, one = outside / rate, attention_flops(config, n_bins, met_pairs(block.attention, n_bins))
    return outside / max(seconds - one / core, 0.3 * seconds)


def _head_rate(model: Enformer, run: _Run) -> float:
    """Return the rate of the final pointwise layer and the head, with the rates' own nonlinearity."""
    config = model.config
    head = next(iter(config.heads))

    def part(n_bins: int) -> Part:
        x = _values(run, 1, n_bins, config.channels)
        flops = forward_flops(config, 2 * config.crop_bins + n_bins, 0, [head])
        return flops["pointwise"] + flops["heads"], lambda: nn.functional.softplus(
            model.heads[head](model.pointwise(x)).float()
        )

    return run.rate(part, _LAYER_BINS)


def _optimizer_rate(model: Enformer, run: _Run) -> float:
    """Return bytes of weights that AdamW updates in a second."""
    weights = [parameter for parameter in model.tower.parameters() if parameter.grad is not None]
    optimizer = torch.optim.AdamW(weights, lr=0.0, fused=True)
    n_bytes, n_updates = 4 * sum(weight.numel() for weight in weights), 1
    optimizer.step()
    while True:
        run.wait()
        start = time.perf_counter()
        for _ in range(n_updates):
            optimizer.step()
        run.wait()
        seconds = time.perf_counter() - start
        if seconds >= _STEADY_SECONDS or n_updates >= _MOST_UPDATES:
            return n_updates * n_bytes / seconds
        n_updates *= 2
