"""Attention in tiles: the one autograd function that every kind runs, with its own plan of tiles.

Nothing of size bins x bins exists, forward or backward: a tile at a time is computed, and computed again
for the gradient. Memory is linear in the window for any plan; time is that of the pairs in the plan.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from senformer.model.attention.pattern import BlockPattern
from senformer.model.attention.tile import Tile, tile_backward, tile_forward
from senformer.model.dropout import keep_factors

# Logits of one tile, all heads and examples: small enough for a cache, large enough for the products.
_TILE_ELEMENTS = {"cpu": 2**21, "cuda": 2**26}


@dataclass(frozen=True)
class Plan:
    """How a pattern is cut into tiles.

    Attributes
    ----------
    pattern
        The pairs that may meet.
    full_blocks
        Query blocks that see every key: they take the keys as they lie.
    sparse_blocks
        All other query blocks: they gather their key blocks.
    """

    pattern: BlockPattern
    full_blocks: tuple[int, ...] = field(init=False)
    sparse_blocks: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        n_keys = np.bincount(self.pattern.pairs[:, 0], minlength=self.pattern.n_blocks)
        full = n_keys == self.pattern.n_blocks
        object.__setattr__(self, "full_blocks", tuple(np.flatnonzero(full).tolist()))
        object.__setattr__(self, "sparse_blocks", tuple(np.flatnonzero(~full).tolist()))

    @cached_property
    def key_blocks(self) -> Tensor:
        """Key blocks of each sparse query block, in order, filled up with -1."""
        rows = [self.pattern.keys_of(block) for block in self.sparse_blocks]
        table = torch.full((len(rows), max(map(len, rows), default=0)), -1)
        for row, keys in zip(table, rows, strict=True):
            row[: len(keys)] = torch.from_numpy(keys)
        return table


Rows = tuple[int, int]


class _Cutter:
    """Cuts the operands of one call into tiles, and adds gradients of tiles to those of the operands.

    Operands are padded to whole blocks once. Relative keys get one more row, so that they too are whole
    blocks: what a pair of blocks needs lies in two neighboring ones.
    """

    def __init__(self, plan: Plan, n_bins: int, device: torch.device, batch_heads: int) -> None:
        self.plan, self.n_bins = plan, n_bins
        self.block, self.n_blocks = plan.pattern.block_bins, plan.pattern.n_blocks
        self.pad = self.n_blocks * self.block - n_bins
        self.elements = max(1, _TILE_ELEMENTS.get(device.type, 2**21) // batch_heads)
        self.key_blocks = plan.key_blocks.to(device)
        self.sparse_blocks = torch.tensor(plan.sparse_blocks, device=device)

    def pad_bins(self, x: Tensor) -> Tensor:
        """Add zeros up to whole blocks."""
        return functional.pad(x, (0, 0, 0, self.pad)) if self.pad else x.contiguous()

    def pad_offsets(self, x: Tensor) -> Tensor:
        """Add zeros for the distances of padded bins, and one more."""
        return functional.pad(x, (0, 0, self.pad, self.pad + 1))

    def full_rows(self) -> Iterator[Rows]:
        """Yield (first, end) of rows that see every key, in runs cut by memory."""
        step = max(1, self.elements // self.n_bins)
        for first_block, end_block in _runs(self.plan.full_blocks):
            end = min(end_block * self.block, self.n_bins)
            for first in range(first_block * self.block, end, step):
                yield first, min(first + step, end)

    def sparse_groups(self) -> Iterator[slice]:
        """Yield slices of the sparse query blocks that go into one tile."""
        n_sparse = len(self.plan.sparse_blocks)
        step = max(1, self.elements // (self.block**2 * max(1, self.key_blocks.shape[1])))
        for first in range(0, n_sparse, step):
            yield slice(first, min(first + step, n_sparse))

    def full_offsets(self, rows: Rows) -> slice:
        """Return where the relative keys of some rows with all keys lie."""
        zero = self.n_blocks * self.block - 1
        return slice(zero - (rows[1] - 1), zero + self.n_bins - rows[0])

    def full_tile(self, rows: Rows, operands: Sequence[Tensor]) -> Tile:
        """Return the tile of some rows with all keys: views alone."""
        content_query, position_query, key, value, relative = operands
        here = slice(*rows)
        return Tile(
            content_query[:, :, None, here],
            position_query[:, :, None, here],
            key[:, :, None, : self.n_bins],
            value[:, :, None, : self.n_bins],
            relative[:, None, None, self.full_offsets(rows)],
            None,
        )

    def rows_of(self, x: Tensor, index: Tensor) -> tuple[Tensor, Tensor]:
        """Return ``x`` as rows, one a block, and the row numbers of blocks ``index`` in every example."""
        rows = x.view(-1, self.block * x.shape[-1])
        n_blocks = x.shape[-2] // self.block
        first = torch.arange(0, rows.shape[0], n_blocks, device=x.device)
        return rows, (first[:, None] + index.flatten()).flatten()

    def gather(self, x: Tensor, index: Tensor, *shape: int) -> Tensor:
        """Copy blocks ``index`` of every head and example next to each other."""
        rows, chosen = self.rows_of(x, index)
        return rows.index_select(0, chosen).view(*x.shape[:-2], *shape, x.shape[-1])

    def scatter(self, total: Tensor, index: Tensor, part: Tensor) -> None:
        """Add blocks to where :meth:`gather` took them from."""
        rows, chosen = self.rows_of(total, index)
        rows.index_add_(0, chosen, part.reshape(-1, rows.shape[1]))

    def sparse_index(self, group: slice) -> tuple[Tensor, Tensor, Tensor]:
        """Return query blocks (g), key blocks (g, m) and blocks of relative keys (g, m, 2)."""
        query, key = self.sparse_blocks[group], self.key_blocks[group]
        first = key.clamp(min=0) - query[:, None] + self.n_blocks - 1
        return query, key.clamp(min=0), torch.stack([first, first + 1], dim=-1)

    def key_bias(self, group: slice) -> Tensor:
        """Return minus infinity for keys that do not exist: filled-up blocks and padded bins."""
        key = self.key_blocks[group]
        bins = key[:, :, None] * self.block + torch.arange(self.block, device=key.device)
        absent = (key[:, :, None] < 0) | (bins >= self.n_bins)
        bias = torch.zeros(absent.shape, device=key.device).masked_fill_(absent, -torch.inf)
        return bias.flatten(1)[:, None]

    def sparse_tile(self, group: slice, operands: Sequence[Tensor]) -> Tile:
        """Return the tile of some sparse query blocks, with their keys gathered."""
        content_query, position_query, key, value, relative = operands
        queries, keys, offsets = self.sparse_index(group)
        n, m = keys.shape
        return Tile(
            self.gather(content_query, queries, n, self.block),
            self.gather(position_query, queries, n, self.block),
            self.gather(key, keys, n, m * self.block),
            self.gather(value, keys, n, m * self.block),
            self.gather(relative, offsets, n, m, 2 * self.block),
            self.key_bias(group),
        )


def _runs(blocks: Sequence[int]) -> list[Rows]:
    """Return (first, end) of each run of consecutive numbers."""
    runs: list[Rows] = []
    for block in blocks:
        if runs and runs[-1][1] == block:
            runs[-1] = (runs[-1][0], block + 1)
        else:
            runs.append((block, block + 1))
    return runs


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
        with torch.autocast(out.device.type, enabled=False):
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
        with torch.autocast(grad.device.type, enabled=False):
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


def _tile_keep(tile: Tile, rate: float, seed: int) -> Tensor | None:
    shape = torch.Size([*tile.content_query.shape[:-1], tile.key.shape[-2]])
    return _keep(shape, tile.key, rate, seed)


def _cut(plan: Plan, operands: Sequence[Tensor]) -> tuple[_Cutter, list[Tensor]]:
    heads, batch, n_bins, _ = operands[0].shape
    cutter = _Cutter(plan, n_bins, operands[0].device, heads * batch)
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
