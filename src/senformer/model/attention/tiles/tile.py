"""Attention of some query rows with pieces of keys, relative positions included, and its gradient.

A tile is all that attention ever holds at once: ``g`` groups of ``n`` query rows, each against its own
columns. The relative keys come in pieces: within a piece the distance of row ``s`` and column ``t`` takes
``n + c - 1`` values, so as many relative keys are multiplied and the product is read through a shifted
view: ``relative[s, t] = (q . r)[s, n - 1 + t - s]``. Rows of one group that are not neighbors have relative
keys of their own, one row a piece; the columns are shared all the same.

Rows that meet their columns in several tiles are put together by the logarithm of each tile's sum of
exponentials (``lse``), so no row of logits is ever whole.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Shaped
from torch import Tensor


@dataclass(frozen=True)
class Tile:
    """Inputs of one tile: queries with their two biases, keys, values, relative keys, and what is hidden."""

    query: Float[Tensor, "head batch group row dim"]
    content_bias: Float[Tensor, "head dim"]
    position_bias: Float[Tensor, "head dim"]
    key: Float[Tensor, "head batch group column dim"]
    value: Float[Tensor, "head batch group column value"]
    relative: Float[Tensor, "head position_group piece offset dim"] | None
    bias: Float[Tensor, "group #row column"] | None


Gradients = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor | None]


def _biased(query: Tensor, bias: Tensor) -> Tensor:
    return (query + bias[:, None, None, None]).to(query.dtype)


def _by_position_group(x: Tensor, relative: Tensor) -> Tensor:
    """View rows as the relative keys group them: (head, position group, batch rows, dim)."""
    heads, batch, groups, rows, dim = x.shape
    outer = relative.shape[1]
    grouped = x.reshape(heads, batch, outer, groups * rows // outer, dim)
    return grouped.transpose(1, 2).reshape(heads, outer, -1, dim)


def _shifted(product: Tensor, n_columns: int) -> Tensor:
    """View (h, g, b, s, m, offset) as (h, b, g, s, m, t), reading offset ``n - 1 + t - s``."""
    heads, groups, batch, rows, pieces, _ = product.shape
    sh, sg, sb, ss, sm, so = product.stride()
    return product.as_strided(
        (heads, batch, groups, rows, pieces, n_columns // pieces),
        (sh, sb, sg, ss - so, sm, so),
        product.storage_offset() + rows - 1,
    )


def _product_shape(tile: Tile, relative: Tensor) -> tuple[int, ...]:
    heads, batch, groups, rows, _ = tile.query.shape
    _, outer, pieces, width, _ = relative.shape
    return heads, outer, batch, groups * rows // outer, pieces, width


def _logits(tile: Tile) -> Float[Tensor, "head batch group row column"]:
    """Return content and relative logits, hidden columns at minus infinity, in float32 or wider."""
    columns = tile.key.shape[-2]
    content = _biased(tile.query, tile.content_bias) @ tile.key.transpose(-1, -2)
    content = content.to(torch.promote_types(content.dtype, torch.float32))
    if tile.relative is not None:
        query = _by_position_group(_biased(tile.query, tile.position_bias), tile.relative)
        product = query @ tile.relative.flatten(2, 3).transpose(-1, -2)
        shifted = _shifted(product.view(_product_shape(tile, tile.relative)), columns)
        content.view(shifted.shape).add_(shifted)
    return content if tile.bias is None else content.add_(tile.bias)


def tile_forward(
    tile: Tile, keep: Shaped[Tensor, "head batch group row column"] | None, wants_lse: bool
) -> tuple[Float[Tensor, "head batch group row value"], Float[Tensor, "head batch group row 1"] | None]:
    """Return the tile's own attention and, where it is wanted, the logarithm of its sum of exponentials.

    ``keep`` multiplies the weights (dropout, already scaled). A row whose columns are all hidden gives
    zeros and minus infinity.
    """
    logits = _logits(tile)
    top = logits.amax(dim=-1, keepdim=True) if wants_lse else None
    weights = torch.softmax(logits, dim=-1)
    lse = None
    if top is not None:
        hidden = top.isneginf()
        if tile.bias is not None:
            weights.masked_fill_(hidden, 0.0)
        # The largest weight is one over the sum of exponentials below the largest logit.
        lse = torch.where(hidden, top, top - weights.amax(dim=-1, keepdim=True).log())
    if keep is not None:
        weights.mul_(keep)
    return weights.to(tile.value.dtype) @ tile.value, lse


def tile_backward(
    tile: Tile,
    keep: Shaped[Tensor, "head batch group row column"] | None,
    grad: Float[Tensor, "head batch group row value"],
    lse: Float[Tensor, "head batch group row 1"],
    grad_dot_out: Float[Tensor, "head batch group row 1"],
) -> Gradients:
    """Return the gradients of query, two biases, keys, values and relative keys.

    The weights are computed again from ``lse``, that of the whole rows; ``grad_dot_out`` is the sum over the
    value of gradient times output, which takes the place of the softmax's own sum.
    """
    columns = tile.key.shape[-2]
    weights = _logits(tile).sub_(lse).exp_()
    kept = weights if keep is None else weights * keep
    d_value = kept.to(grad.dtype).transpose(-1, -2) @ grad
    d_weights = (grad @ tile.value.transpose(-1, -2)).to(weights.dtype)
    if keep is not None:
        d_weights.mul_(keep)
    d_logits = d_weights.sub_(grad_dot_out).mul_(weights).to(tile.key.dtype)
    d_key = d_logits.transpose(-1, -2) @ _biased(tile.query, tile.content_bias)
    d_content = d_logits @ tile.key
    d_content_bias = d_content.sum(dim=(1, 2, 3), dtype=weights.dtype)
    if tile.relative is None:
        nothing = torch.zeros_like(d_content_bias)
        return d_content, d_content_bias, nothing, d_key, d_value, None
    shape = _product_shape(tile, tile.relative)
    product = d_logits.new_zeros(shape)
    shifted = _shifted(product, columns)
    shifted.copy_(d_logits.view(shifted.shape))
    product = product.view(shape[0], shape[1], shape[2] * shape[3], -1)
    query = _by_position_group(_biased(tile.query, tile.position_bias), tile.relative)
    d_relative = (product.transpose(-1, -2) @ query).view(tile.relative.shape)
    d_position = (product @ tile.relative.flatten(2, 3)).view(*shape[:4], -1).transpose(1, 2)
    d_position_bias = d_position.sum(dim=(1, 2, 3), dtype=weights.dtype)
    d_query = d_content.add_(d_position.reshape(d_content.shape))
    return d_query, d_content_bias, d_position_bias, d_key, d_value, d_relative
