"""Attention in tiles: the one autograd function that every kind runs, with its own plan.

Nothing of size bins x bins exists, forward or backward: a tile at a time is computed, and computed again
for the gradient. Memory is linear in the window for any plan; time is that of the pairs in the plan.
"""

import itertools
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from senformer.model.attention.tiles.cut import Cut
from senformer.model.attention.tiles.keys import LazyKeys, Project, WholeKeys
from senformer.model.attention.tiles.plan import Plan
from senformer.model.attention.tiles.tile import Tile, tile_backward, tile_forward
from senformer.model.attention.tiles.totals import Totals
from senformer.model.derivatives import first_order
from senformer.model.dropout import keep_factors
from senformer.model.modes import own_types


@dataclass(frozen=True)
class _Operands:
    """What tiles are cut from: (head, batch, position, dim) each, padded; relative keys in their own way."""

    query: Tensor
    content_bias: Tensor
    position_bias: Tensor
    key: Tensor
    value: Tensor
    relative: WholeKeys | LazyKeys

    def tile(self, cut: Cut) -> Tile:
        relative = None if cut.offsets is None else cut.split_offsets(self.relative.take(cut.offsets))
        return Tile(
            cut.rows.take(self.query),
            self.content_bias,
            self.position_bias,
            cut.columns.take(self.key),
            cut.columns.take(self.value),
            relative,
            cut.bias(),
        )

    def totals(self) -> Totals:
        assert isinstance(self.relative, WholeKeys)
        biases = self.content_bias, self.position_bias
        return Totals.like(self.query, *biases, self.key, self.value, self.relative.keys)


def _keep(tile: Tile, rate: float, seed: int) -> Tensor | None:
    """Return dropout's factors, the same for the same seed, so that the backward pass draws them again."""
    if rate == 0:
        return None
    like = tile.query
    generator = torch.Generator(device=like.device).manual_seed(seed)
    wide = torch.empty(0, dtype=torch.promote_types(like.dtype, torch.float32), device=like.device)
    return keep_factors(torch.Size([*like.shape[:-1], tile.key.shape[-2]]), rate, wide, generator)


Part = tuple[Tensor, Tensor]


def _joined(one: Part, other: Part) -> Part:
    """Return the attention of rows over two sets of columns, each weighted by its share of exponentials."""
    lse = torch.logaddexp(one[1], other[1])
    shares = ((part[1] - lse).exp_().nan_to_num_(0.0) for part in (one, other))
    first, second = (part[0] * share for part, share in zip((one, other), shares, strict=True))
    return first + second, lse


def _forward(
    plan: Plan, rate: float, seed: int, operands: _Operands, wants_lse: bool
) -> tuple[Tensor, Tensor]:
    """Return the padded output and the logarithm of each row's sum of exponentials.

    Rows that meet their columns in many cuts are joined in float32 before they are written: in a shorter type
    the later cuts of a long window would be rounded away.
    """
    query, value = operands.query, operands.value
    cuts = plan.cuts(query.device, query.shape[0] * query.shape[1])
    out = torch.zeros_like(value)
    wide = torch.promote_types(query.dtype, torch.float32)
    lse = torch.full((*query.shape[:3], 1), -torch.inf, dtype=wide, device=query.device)
    is_global_row = plan.is_global_row(query.device)
    merges = wants_lse or not all(cut.is_first for cut in cuts)
    for _, group in itertools.groupby(enumerate(cuts), key=lambda numbered: id(numbered[1].rows)):
        so_far: Part | None = None
        for number, cut in group:
            tile = operands.tile(cut)
            part, part_lse = tile_forward(tile, _keep(tile, rate, seed + number), merges)
            if part_lse is None:
                cut.rows.put(out, part)
                continue
            if is_global_row is not None and cut.skips_global_rows:
                part_lse = part_lse.masked_fill(cut.rows.take(is_global_row), -torch.inf)
            if so_far is None and not cut.is_first:
                so_far = cut.rows.take(out), cut.rows.take(lse)
            so_far = (part, part_lse) if so_far is None else _joined(so_far, (part, part_lse))
        if so_far is not None:
            cut.rows.put(out, so_far[0].to(out.dtype))
            cut.rows.put(lse, so_far[1])
    return out, lse


class _TiledAttention(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, plan: Plan, rate: float, seed: int, *tensors: Tensor) -> Tensor:
        operands = _pad(plan, *tensors)
        with own_types(operands.query):
            out, lse = _forward(plan, rate, seed, operands, wants_lse=True)
        ctx.plan, ctx.rate, ctx.seed = plan, rate, seed
        ctx.save_for_backward(*tensors, out, lse)
        return plan.layout.cut(out)

    @staticmethod
    @first_order("attention in tiles")
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        plan, rate, seed = ctx.plan, ctx.rate, ctx.seed
        *tensors, out, lse = ctx.saved_tensors
        operands, grad = _pad(plan, *tensors), plan.layout.pad(grad)
        with own_types(grad):
            dot = (grad.to(lse.dtype) * out).sum(dim=-1, keepdim=True)
            totals = operands.totals()
            is_global_row = plan.is_global_row(grad.device)
            for number, cut in enumerate(plan.cuts(grad.device, grad.shape[0] * grad.shape[1])):
                tile = operands.tile(cut)
                here = cut.rows.take(lse)
                if is_global_row is not None and cut.skips_global_rows:
                    here = here.masked_fill(cut.rows.take(is_global_row), torch.inf)
                keep = _keep(tile, rate, seed + number)
                totals.add(cut, tile_backward(tile, keep, cut.rows.take(grad), here, cut.rows.take(dot)))
        return None, None, None, *totals.gradients(plan.layout, tensors)


def _pad(
    plan: Plan,
    query: Tensor,
    content_bias: Tensor,
    position_bias: Tensor,
    key: Tensor,
    value: Tensor,
    relative: Tensor | Project,
) -> _Operands:
    pad = plan.layout.pad
    if isinstance(relative, Tensor):
        keys: WholeKeys | LazyKeys = WholeKeys(plan.layout.pad_relative(relative))
    else:
        keys = LazyKeys(relative, plan.layout, query)
    return _Operands(pad(query), content_bias, position_bias, pad(key), pad(value), keys)


def attend(
    plan: Plan,
    query: Float[Tensor, "head batch position dim"],
    content_bias: Float[Tensor, "head dim"],
    position_bias: Float[Tensor, "head dim"],
    key: Float[Tensor, "head batch position dim"],
    value: Float[Tensor, "head batch position value"],
    relative: Float[Tensor, "head offset dim"] | Project,
    dropout: float = 0.0,
) -> Float[Tensor, "head batch position value"]:
    """Return ``softmax_j((q_i + u) . k_j + (q_i + w) . r[j - i]) @ value`` under a plan.

    Parameters
    ----------
    plan
        Which pairs may meet.
    query
        Scaled; positions are the bins and behind them the plan's tokens.
    content_bias, position_bias
        ``u`` and ``w``.
    key, value
        As projected.
    relative
        Relative keys of the distances ``-(n_bins - 1)`` to ``n_bins - 1``; or, without gradients, a function
        of distances that projects them where they are needed.
    dropout
        Rate at which weights are dropped.

    Notes
    -----
    Memory is linear in the number of bins: besides the operands and the output, one tile. Randomness: one
    seed from torch's CPU generator a call, when ``dropout`` is not zero. The softmax is float32 or wider
    whatever the operands are. First derivatives only.
    """
    seed = int(torch.randint(2**31, 2**62, ())) if dropout else 0
    if isinstance(relative, Tensor) and torch.is_grad_enabled():
        return _TiledAttention.apply(
            plan, dropout, seed, query, content_bias, position_bias, key, value, relative
        )
    operands = _pad(plan, query, content_bias, position_bias, key, value, relative)
    with own_types(query):
        out, _ = _forward(plan, dropout, seed, operands, wants_lse=False)
    return plan.layout.cut(out)
