"""Training of a stage that keeps its input alone and runs every tile again for the gradient.

Gradients of tiles overlap in their halo rows, where they add up; gradients of parameters add up over
tiles. Exact, batch statistics included: see :mod:`senformer.model.tiling.statistics`.
"""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.func import functional_call
from torch.nn.utils import parametrize

from senformer.model.derivatives import first_order
from senformer.model.moments import Moments, add_input_gradient
from senformer.model.norm import MOMENTUM, NORM_EPS, Statistics
from senformer.model.tiling.pieces import StemPiece
from senformer.model.tiling.spans import Source, Span, spans
from senformer.model.tiling.stage import Stage
from senformer.model.tiling.statistics import (
    add_base_gradient,
    normed_sums,
    stem_gradients,
)


def run_stage(stage: Stage, x: Tensor) -> Tensor:
    """Return the stage's output; its activations exist for one tile at a time, forward and backward."""
    names, parameters = zip(*stage.named_parameters(), strict=True)
    return _Recomputed.apply(stage, names, x, *parameters)


def tiles(stage: Stage, x: Tensor) -> Iterator[tuple[Span, list[Source]]]:
    """Yield each tile's output rows and what its pieces read for them."""
    batch, n_rows = x.shape[:2]
    for span in spans(batch, n_rows // stage.ratio, stage.tile_rows(x.device)):
        yield span, stage.sources(span.first, span.end, n_rows)


def run_tiles(stage: Stage, x: Tensor, statistics: Sequence[Statistics] | None = None) -> Tensor:
    """Return the stage's output, tile by tile into one tensor; in evaluation without statistics."""
    batch, n_rows = x.shape[0], x.shape[1] // stage.ratio
    y: Tensor | None = None
    for span, sources in tiles(stage, x):
        part = stage(_read(x, span, sources), sources, statistics)
        if y is None:
            y = part.new_empty(batch, n_rows, part.shape[-1])
        y[span.rows] = part
    assert y is not None
    return y


def _read(x: Tensor, span: Span, sources: Sequence[Source]) -> Tensor:
    return x[span.lowest : span.highest, sources[0].first : sources[0].end]


class _Recomputed(torch.autograd.Function):
    """A stage of the input and its parameters; running statistics of norms in training follow."""

    @staticmethod
    def forward(ctx: Any, stage: Stage, names: tuple[str, ...], x: Tensor, *parameters: Tensor) -> Tensor:
        ctx.stage, ctx.names, ctx.cast = stage, names, _Cast.now(x.device.type)
        ctx.moments = _batch_moments(stage, x)
        known = _statistics(stage, ctx.moments)
        ctx.save_for_backward(x, *parameters, *(tensor for pair in known for tensor in pair))
        # Weights with adapters are made once for all tiles.
        with parametrize.cached():
            return run_tiles(stage, x, known)

    @staticmethod
    @first_order("stem and tower in tiles")
    def backward(ctx: Any, dy: Tensor) -> tuple[Any, ...]:
        x, *saved = ctx.saved_tensors
        parameters, flat = saved[: len(ctx.names)], saved[len(ctx.names) :]
        known = list(zip(flat[::2], flat[1::2], strict=True))
        wanted = dict(zip(ctx.names, ctx.needs_input_grad[3:], strict=True))
        held = dict(zip(ctx.names, parameters, strict=True))
        gradients = _Gradients.begin(ctx, held, wanted, x)
        with ctx.cast.again():
            for span, sources in tiles(ctx.stage, x):
                gradients.add_tile(ctx.stage, x, dy, (span, sources), known)
        if ctx.moments is not None:
            gradients.add_statistics(ctx.stage, x, ctx.moments)
        dx = None if gradients.dx is None else gradients.dx.to(x.dtype)
        return None, None, dx, *(gradients.of.get(name) if wanted[name] else None for name in ctx.names)


def _batch_moments(stage: Stage, x: Tensor) -> Moments | None:
    """Return the batch's statistics if the stage's norm is in training; the running ones follow them."""
    first = stage.parts[0]
    if not first.norm.training:
        return None
    assert len(stage.parts) == 1
    moments = Moments.of_sums(normed_sums(first, x), x.shape[0] * x.shape[1])
    moments.follow(first.norm.running_mean, first.norm.running_var, MOMENTUM)
    return moments


def _statistics(stage: Stage, moments: Moments | None) -> list[Statistics]:
    if moments is None:
        return [(part.norm.running_mean, part.norm.running_var) for part in stage.parts]
    like = stage.parts[0].norm.running_mean
    return [(moments.mean.to(like.dtype), moments.var.to(like.dtype))]


@dataclass(frozen=True)
class _Cast:
    """The autocast that the forward ran under, for the second run of its tiles."""

    device: str
    dtype: torch.dtype | None

    @classmethod
    def now(cls, device: str) -> "_Cast":
        """Remember what is set for the device."""
        enabled = torch.amp.is_autocast_available(device) and torch.is_autocast_enabled(device)
        return cls(device, torch.get_autocast_dtype(device) if enabled else None)

    def again(self) -> contextlib.AbstractContextManager:
        """Set it again, or set none where none was."""
        if not torch.amp.is_autocast_available(self.device):
            return contextlib.nullcontext()
        return torch.autocast(self.device, dtype=self.dtype, enabled=self.dtype is not None)


@dataclass
class _Gradients:
    """What has added up so far: of the input, if wanted, and of the parameters by name."""

    leaves: dict[str, Tensor]
    constants: dict[str, Tensor]
    of: dict[str, Tensor]
    dx: Tensor | None

    @classmethod
    def begin(cls, ctx: Any, held: dict[str, Tensor], wanted: dict[str, bool], x: Tensor) -> "_Gradients":
        """Begin with nothing; the norm's own are needed in any case where statistics are the batch's."""
        norm = set()
        if ctx.moments is not None:
            own = {id(ctx.stage.parts[0].norm.weight), id(ctx.stage.parts[0].norm.bias)}
            norm = {name for name, p in ctx.stage.named_parameters() if id(p) in own}
        leaves = {n: p.detach().requires_grad_() for n, p in held.items() if wanted[n] or n in norm}
        constants = {n: p.detach() for n, p in held.items() if n not in leaves}
        # Halves would round once for every term.
        dtype = torch.float32 if x.dtype in (torch.bfloat16, torch.float16) and norm else x.dtype
        dx = torch.zeros_like(x, dtype=dtype) if ctx.needs_input_grad[2] else None
        return cls(leaves, constants, {}, dx)

    def add_tile(
        self,
        stage: Stage,
        x: Tensor,
        dy: Tensor,
        tile: tuple[Span, list[Source]],
        known: Sequence[Statistics],
    ) -> None:
        """Run one tile again and add its gradients."""
        span, sources = tile
        part = _read(x, span, sources).detach()
        inputs = list(self.leaves.values())
        if self.dx is not None:
            inputs.append(part.requires_grad_())
        with torch.enable_grad():
            held = {**self.leaves, **self.constants}
            y = functional_call(stage, held, (part, sources, known))
        found = list(torch.autograd.grad(y, inputs, dy[span.rows], allow_unused=True))
        if self.dx is not None:
            _read(self.dx, span, sources).add_(found.pop())
        for name, gradient in zip(self.leaves, found, strict=True):
            if gradient is not None and name in self.of:
                self.of[name] += gradient
            elif gradient is not None:
                self.of[name] = gradient

    def add_statistics(self, stage: Stage, x: Tensor, moments: Moments) -> None:
        """Add what comes back by the batch's mean and variance, once all tiles are done."""
        (piece,) = stage.parts
        names = {id(p): name for name, p in stage.named_parameters()}
        weight, bias = names[id(piece.norm.weight)], names[id(piece.norm.bias)]
        d_sums = moments.gradients(self.leaves[weight].detach(), self.of[weight], self.of[bias], NORM_EPS)
        if not isinstance(piece, StemPiece):
            if self.dx is not None:
                add_input_gradient(x, self.dx, d_sums)
            return
        conv = [names[id(p)] for p in (piece.conv.weight, piece.conv.bias)]
        held = {**self.leaves, **self.constants}
        *more, d_windows = stem_gradients(piece, [held[name] for name in conv], x, d_sums)
        for name, gradient in zip(conv, more, strict=True):
            if name in self.of:
                self.of[name] += gradient
        if self.dx is not None:
            add_base_gradient(piece, x, self.dx, d_windows)
