"""Cuts attention into tiles under a plan, and puts gradients of tiles together again."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from senformer.model.attention.tiles.plan import Plan
from senformer.model.attention.tiles.tile import Tile

# Logits of one tile, all heads and examples: small enough for a cache, large enough for the products.
_TILE_ELEMENTS = {"cpu": 2**21, "cuda": 2**26}
_MIN_ROWS = 32

Rows = tuple[int, int]


class Cutter:
    """Cuts the operands of one call into tiles, and adds gradients of tiles to those of the operands.

    Operands are padded to whole blocks once. Relative keys get one more row, so that they too are whole
    blocks: what a pair of blocks needs lies in two neighboring ones.
    """

    def __init__(self, plan: Plan, n_bins: int, device: torch.device, batch_heads: int) -> None:
        self.plan, self.n_bins = plan, n_bins
        self.block, self.n_blocks = plan.pattern.block_bins, plan.pattern.n_blocks
        self.pad = self.n_blocks * self.block - n_bins
        self.elements = max(1, _TILE_ELEMENTS.get(device.type, 2**21) // batch_heads)
        self.sparse_blocks, self.key_blocks = plan.tables(device)

    def pad_bins(self, x: Tensor) -> Tensor:
        """Add zeros up to whole blocks."""
        return functional.pad(x, (0, 0, 0, self.pad)) if self.pad else x.contiguous()

    def pad_offsets(self, x: Tensor) -> Tensor:
        """Add zeros for the distances of padded bins, and one more."""
        return functional.pad(x, (0, 0, self.pad, self.pad + 1))

    def full_rows(self) -> Iterator[Rows]:
        """Yield (first, end) of rows that see every key, in runs cut by memory.

        ``n`` rows need ``n_bins + n - 1`` relative keys, so few rows at a time waste less.
        """
        step = max(1, min(self.elements // self.n_bins, max(_MIN_ROWS, self.n_bins // 8)))
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
