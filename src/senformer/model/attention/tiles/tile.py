"""Attention of some query rows with pieces of keys, relative positions included, and its gradient.

A tile is all that attention ever holds at once: ``n`` query rows against ``m`` pieces of ``c`` keys, in
``g`` independent groups. Within a piece the distance of query ``s`` and key ``t`` takes ``n + c - 1``
values, so as many relative keys are multiplied and the product is read through a shifted view:
``relative[s, t] = (q . r)[s, n - 1 + t - s]``.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Shaped
from torch import Tensor


@dataclass(frozen=True)
class Tile:
    """Inputs of one tile: two biased queries, keys, values, relative keys, and the keys that exist."""

    content_query: Float[Tensor, "head batch group row dim"]
    position_query: Float[Tensor, "head batch group row dim"]
    key: Float[Tensor, "head batch group column dim"]
    value: Float[Tensor, "head batch group column value"]
    relative: Float[Tensor, "head group piece offset dim"]
    bias: Float[Tensor, "group 1 column"] | None

    @property
    def operands(self) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Everything that has a gradient, in the order of :func:`tile_backward`."""
        return self.content_query, self.position_query, self.key, self.value, self.relative


def _shifted(product: Tensor, n_columns: int) -> Tensor:
    """View (h, g, b, s, m, offset) as (h, b, g, s, m, t), reading offset ``n - 1 + t - s``."""
    heads, groups, batch, rows, pieces, _ = product.shape
    sh, sg, sb, ss, sm, so = product.stride()
    return product.as_strided(
        (heads, batch, groups, rows, pieces, n_columns // pieces),
        (sh, sb, sg, ss - so, sm, so),
        product.storage_offset() + rows - 1,
    )


def _logits(tile: Tile) -> Float[Tensor, "head batch group row column"]:
    """Return content and relative logits, absent keys at minus infinity, in float32 or wider."""
    heads, batch, groups, rows, dim = tile.content_query.shape
    columns = tile.key.shape[-2]
    pieces, width = tile.relative.shape[2:4]
    content = tile.content_query @ tile.key.transpose(-1, -2)
    query = tile.position_query.transpose(1, 2).reshape(heads, groups, batch * rows, dim)
    product = query @ tile.relative.flatten(2, 3).transpose(-1, -2)
    product = product.view(heads, groups, batch, rows, pieces, width)
    content = content.to(torch.promote_types(content.dtype, torch.float32))
    content.view(heads, batch, groups, rows, pieces, columns // pieces).add_(_shifted(product, columns))
    return content if tile.bias is None else content.add_(tile.bias)


def tile_forward(
    tile: Tile, keep: Shaped[Tensor, "head batch group row column"] | None
) -> Float[Tensor, "head batch group row value"]:
    """Return the attention output; ``keep`` multiplies the weights (dropout, already scaled)."""
    weights = torch.softmax(_logits(tile), dim=-1)
    if keep is not None:
        weights.mul_(keep)
    return weights.to(tile.value.dtype) @ tile.value


def tile_backward(
    tile: Tile,
    keep: Shaped[Tensor, "head batch group row column"] | None,
    grad: Float[Tensor, "head batch group row value"],
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Return the gradients of the two queries, keys, values and relative keys; weights are recomputed."""
    heads, batch, groups, rows, dim = tile.content_query.shape
    columns = tile.key.shape[-2]
    pieces, width = tile.relative.shape[2:4]
    weights = torch.softmax(_logits(tile), dim=-1)
    kept = weights if keep is None else weights * keep
    d_value = kept.to(grad.dtype).transpose(-1, -2) @ grad
    d_weights = (grad @ tile.value.transpose(-1, -2)).to(weights.dtype)
    if keep is not None:
        d_weights.mul_(keep)
    d_weights.sub_((d_weights * weights).sum(dim=-1, keepdim=True)).mul_(weights)
    d_logits = d_weights.to(tile.key.dtype)
    d_content_query = d_logits @ tile.key
    d_key = d_logits.transpose(-1, -2) @ tile.content_query
    product = d_logits.new_zeros(heads, groups, batch, rows, pieces, width)
    _shifted(product, columns).copy_(d_logits.view(heads, batch, groups, rows, pieces, columns // pieces))
    product = product.view(heads, groups, batch * rows, pieces * width)
    query = tile.position_query.transpose(1, 2).reshape(heads, groups, batch * rows, dim)
    d_query = product @ tile.relative.flatten(2, 3)
    d_relative = (product.transpose(-1, -2) @ query).view(heads, groups, pieces, width, dim)
    d_position_query = d_query.view(heads, groups, batch, rows, dim).transpose(1, 2)
    return d_content_query, d_position_query, d_key, d_value, d_relative
