"""Relative logits of the block pairs that meet, next to each other in memory, and their gradient.

For a pair of blocks the distance takes ``2 block - 1`` values, so the query block is multiplied by as many
relative keys (and one that no one reads) and the product is read through a shifted view. Memory is linear in
the number of pairs: ``block`` squared values a pair, head and example; the products exist a chunk at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from senformer.model.attention.tiles.plan import TILE_ELEMENTS
from senformer.model.derivatives import first_order


@dataclass(frozen=True)
class Pairs:
    """Block pairs of a window of whole blocks.

    Attributes
    ----------
    query, key
        Number of the query and the key block of each pair; one row for all heads, or one a head.
    block, n_blocks
        Bins a block; blocks of the window.
    last_bins
        Bins of the last block that exist; the others are hidden as keys.
    """

    query: Int64[Tensor, "#head pair"]
    key: Int64[Tensor, "#head pair"]
    block: int
    n_blocks: int
    last_bins: int

    @property
    def n_pairs(self) -> int:
        """Pairs of the head that has most."""
        return self.query.shape[1]

    def chunks(self, batch_heads: int) -> Iterator[slice]:
        """Yield pairs whose products with relative keys exist at a time."""
        elements = TILE_ELEMENTS.get(self.query.device.type, 2**21)
        step = max(1, elements // (batch_heads * 2 * self.block**2))
        yield from (slice(first, first + step) for first in range(0, self.n_pairs, step))

    def query_rows(self, x: Tensor, here: slice) -> Tensor:
        """Return which rows of :func:`_by_block` are query blocks, (head, pair, batch) in order."""
        heads, batch = x.shape[:2]
        first = torch.arange(heads * batch, device=x.device).view(heads, 1, batch) * self.n_blocks
        return (first + self.query[:, here, None]).flatten()

    def relative_rows(self, x: Tensor, here: slice) -> Tensor:
        """Return which rows are the two blocks of relative keys of each pair, (head, pair, 2) in order."""
        first = torch.arange(x.shape[0], device=x.device).view(-1, 1, 1) * 2 * self.n_blocks
        lower = (self.key[:, here] - self.query[:, here] + self.n_blocks - 1)[..., None]
        return (first + torch.cat([lower, lower + 1], dim=-1)).flatten()

    def hidden(self, here: slice) -> Tensor | None:
        """Return which columns do not exist, (head, pair, 1, 1, column); None where all do."""
        if self.last_bins == self.block:
            return None
        absent = torch.arange(self.block, device=self.key.device) >= self.last_bins
        is_last = self.key[:, here] == self.n_blocks - 1
        return (is_last[..., None] & absent)[:, :, None, None]


def _by_block(x: Tensor, block: int) -> Tensor:
    return x.view(-1, block * x.shape[-1])


def _shifted(product: Tensor, block: int) -> Tensor:
    """View (head, pair, batch, row, offset) as (..., row, column), reading ``block - 1 + column - row``."""
    *outer, rows, offsets = product.stride()
    return product.as_strided(
        (*product.shape[:4], block), (*outer, rows - offsets, offsets), product.storage_offset() + block - 1
    )


def _pair_first(x: Tensor, here: slice) -> Tensor:
    """View some pairs of (batch, head, pair, row, column) as (head, pair, batch, row, column)."""
    return x[:, :, here].permute(1, 2, 0, 3, 4)


class _RelativeLogits(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, pairs: Pairs, query: Tensor, relative: Tensor) -> Tensor:
        heads, batch, _, dim = query.shape
        block = pairs.block
        out = query.new_empty(batch, heads, pairs.n_pairs, block, block)
        for here in pairs.chunks(heads * batch):
            rows = _by_block(query, block).index_select(0, pairs.query_rows(query, here))
            keys = _by_block(relative, block).index_select(0, pairs.relative_rows(relative, here))
            keys = keys.view(heads, -1, 2 * block, dim)
            product = rows.view(heads, -1, batch * block, dim) @ keys.transpose(-1, -2)
            part = _pair_first(out, here)
            part.copy_(_shifted(product.view(heads, -1, batch, block, 2 * block), block))
            hidden = pairs.hidden(here)
            if hidden is not None:
                part.masked_fill_(hidden, -torch.inf)
        ctx.pairs = pairs
        ctx.save_for_backward(query, relative)
        return out

    @staticmethod
    @first_order("relative logits of block pairs")
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        query, relative = ctx.saved_tensors
        with torch.autocast(grad.device.type, enabled=False):
            return None, *_gradients(ctx.pairs, query, relative, grad)


def _gradients(pairs: Pairs, query: Tensor, relative: Tensor, grad: Tensor) -> tuple[Tensor, Tensor]:
    """Return the gradients of queries and relative keys, summed in float32 or wider."""
    block = pairs.block
    heads, batch, _, dim = query.shape
    wide = torch.promote_types(query.dtype, torch.float32)
    d_query, d_relative = (torch.zeros_like(x, dtype=wide) for x in (query, relative))
    for here in pairs.chunks(heads * batch):
        part = _pair_first(grad, here)
        product = query.new_zeros(*part.shape[:4], 2 * block)
        _shifted(product, block).copy_(part)
        hidden = pairs.hidden(here)
        if hidden is not None:
            _shifted(product, block).masked_fill_(hidden, 0.0)
        product = product.view(heads, -1, batch * block, 2 * block)
        query_rows, relative_rows = pairs.query_rows(query, here), pairs.relative_rows(relative, here)
        rows = _by_block(query, block).index_select(0, query_rows).view(heads, -1, batch * block, dim)
        keys = _by_block(relative, block).index_select(0, relative_rows).view(heads, -1, 2 * block, dim)
        _add(d_query, query_rows, product @ keys, block)
        _add(d_relative, relative_rows, product.transpose(-1, -2) @ rows, block)
    return d_query.to(query.dtype), d_relative.to(relative.dtype)


def _add(total: Tensor, rows: Tensor, part: Tensor, block: int) -> None:
    by_block = _by_block(total, block)
    by_block.index_add_(0, rows, part.reshape(len(rows), -1).to(total.dtype))


def relative_logits(
    pairs: Pairs,
    query: Float[Tensor, "head batch position dim"],
    relative: Float[Tensor, "head 1 offset dim"],
) -> Float[Tensor, "batch head pair block block"]:
    """Return ``query_i . relative[j - i]`` for all bins of the pairs; columns that do not exist are -inf.

    Parameters
    ----------
    pairs
        Which blocks meet.
    query
        Scaled, with its position bias; whole blocks.
    relative
        Padded as the layout of tiles says (:meth:`Layout.pad_relative`).
    """
    return _RelativeLogits.apply(pairs, query.contiguous(), relative.contiguous())
