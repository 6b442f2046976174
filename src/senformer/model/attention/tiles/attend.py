"""Attention in tiles: the one autograd function that every kind runs, with its own plan.

Nothing of size bins x bins exists, forward or backward: a tile at a time is computed, and computed again
for the gradient. Memory is linear in the window for any plan; time is that of the pairs in the plan.
"""

import contextlib
from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable

from senformer.model.attention.tiles.cutter import Cutter
from senformer.model.attention.tiles.plan import Plan
from senformer.model.attention.tiles.tile import Tile, tile_backward, tile_forward
from senformer.model.dropout import keep_factors


def _keep(shape: torch.Size, like: Tensor, rate: float, seed: int) -> Tensor | None:
    """Return dropout's factors, the same for the same seed, so that the backward pass draws them again."""
    if rate == 0:
        return None
    generator = torch.Generator(device=like.device).manual_seed(seed)
    wide = torch.empty(0, dtype=torch.promote_types(like.dtype, torch.float32), device=like.device)
    return keep_factors(shape, rate, wide, generator)


class _TiledAttention(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, plan: Plan, rate: float, seed: int, *operands: Tensor) -> Tensor:
        ctx.plan, ctx.rate, ctx.seed = plan, rate, seed
        ctx.save_for_backward(*operands)
        cutter, padded = _cut(plan, operands)
        out = torch.zeros_like(padded[3])
        with _own_types(out):
            for number, rows in enumerate(cutter.full_rows()):
                tile = cutter.full_tile(rows, padded)
                out[:, :, slice(*rows)] = tile_forward(tile, _tile_keep(tile, rate, seed + number))[:, :, 0]
            for number, group in enumerate(cutter.sparse_groups()):
                tile = cutter.sparse_tile(group, padded)
                part = tile_forward(tile, _tile_keep(tile, rate, seed - 1 - number))
                cutter.scatter(out, cutter.sparse_blocks[group], part)
        return out[:, :, : cutter.n_bins]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        plan, rate, seed = ctx.plan, ctx.rate, ctx.seed
        cutter, padded = _cut(plan, ctx.saved_tensors)
        grad = cutter.pad_bins(grad)
        totals = [torch.zeros_like(x) for x in padded]
        with _own_types(grad):
            for number, rows in enumerate(cutter.full_rows()):
                tile = cutter.full_tile(rows, padded)
                keep = _tile_keep(tile, rate, seed + number)
                parts = tile_backward(tile, keep, grad[:, :, None, slice(*rows)])
                for total, part in zip(cutter.full_tile(rows, totals).operands, parts, strict=True):
                    total.add_(part)
            for number, group in enumerate(cutter.sparse_groups()):
                tile = cutter.sparse_tile(group, padded)
                keep = _tile_keep(tile, rate, seed - 1 - number)
                query, key, offset = cutter.sparse_index(group)
                part_grad = cutter.gather(grad, query, len(query), cutter.block)
                parts = tile_backward(tile, keep, part_grad)
                indices = (query, query, key, key, offset)
                for total, index, part in zip(totals, indices, parts, strict=True):
                    cutter.scatter(total, index, part)
        bins, pad = slice(cutter.n_bins), cutter.pad
        d_relative = totals[4][:, pad : totals[4].shape[1] - pad - 1]
        return None, None, None, *(total[:, :, bins] for total in totals[:4]), d_relative


def _own_types(x: Tensor) -> contextlib.AbstractContextManager:
    """Compute in the operands' own types, whatever autocast says outside."""
    if not torch.amp.is_autocast_available(x.device.type):
        return contextlib.nullcontext()
    return torch.autocast(x.device.type, enabled=False)


def _tile_keep(tile: Tile, rate: float, seed: int) -> Tensor | None:
    shape = torch.Size([*tile.content_query.shape[:-1], tile.key.shape[-2]])
    return _keep(shape, tile.key, rate, seed)


def _cut(plan: Plan, operands: Sequence[Tensor]) -> tuple[Cutter, list[Tensor]]:
    heads, batch, n_bins, _ = operands[0].shape
    cutter = Cutter(plan, n_bins, operands[0].device, heads * batch)
    return cutter, [*map(cutter.pad_bins, operands[:4]), cutter.pad_offsets(operands[4])]


def attend(
    plan: Plan,
    content_query: Float[Tensor, "head batch bin dim"],
    position_query: Float[Tensor, "head batch bin dim"],
    key: Float[Tensor, "head batch bin dim"],
    value: Float[Tensor, "head batch bin value"],
    relative: Float[Tensor, "head offset dim"],
    dropout: float = 0.0,
) -> Float[Tensor, "head batch bin value"]:
    """Return ``softmax_j(content_i . key_j + position_i . relative[j - i]) @ value`` under a plan.

    Parameters
    ----------
    plan
        Which pairs of blocks may meet.
    content_query, position_query
        Scaled queries plus their own bias each.
    key, value
        As projected.
    relative
        Relative keys of the distances ``-(n_bins - 1)`` to ``n_bins - 1``.
    dropout
        Rate at which weights are dropped.

    Notes
    -----
    Memory is linear in the number of bins. Randomness: one seed from torch's CPU generator a call, when
    ``dropout`` is not zero. The softmax is float32 or wider whatever the operands are. First derivatives
    only.
    """
    seed = int(torch.randint(2**31, 2**62, ())) if dropout else 0
    operands = (content_query, position_query, key, value, relative)
    return _TiledAttention.apply(plan, dropout, seed, *operands)
