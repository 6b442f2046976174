"""Relative attention written plainly: every pair, one mask, one gather of relative keys."""

import torch
from torch import Tensor, nn

from senformer.model.attention.blocks import BlockPattern


def dense_mask(pattern: BlockPattern) -> Tensor:
    """Return which (query bin, key bin) pairs a pattern allows, as a square of booleans."""
    n, block = pattern.n_bins, pattern.block_bins
    mask = torch.zeros(n, n, dtype=torch.bool)
    for query, key in pattern.pairs.tolist():
        mask[query * block : (query + 1) * block, key * block : (key + 1) * block] = True
    return mask


def relative_shift(x: Tensor) -> Tensor:
    """Return ``x[..., i, n - 1 + j - i]`` for ``x`` of (..., n queries, 2n - 1 distances)."""
    n = x.shape[-2]
    i, j = torch.arange(n)[:, None], torch.arange(n)
    return x[..., i, n - 1 + j - i]


def dense_attention(
    content_query: Tensor,
    position_query: Tensor,
    key: Tensor,
    value: Tensor,
    relative: Tensor,
    mask: Tensor,
) -> Tensor:
    """Return masked attention of (head, batch, bin, dim) operands; ``relative`` is (head, offset, dim)."""
    content = content_query @ key.transpose(-1, -2)
    position = relative_shift(position_query @ relative[:, None].transpose(-1, -2))
    logits = (content + position).masked_fill(~mask, -torch.inf)
    return torch.softmax(logits, dim=-1) @ value


def dense_layer(layer: nn.Module, x: Tensor, features: Tensor, mask: Tensor) -> Tensor:
    """Return what an attention layer must give for ``x`` of (batch, bin, channel), without dropout."""
    heads, key_size = layer.sizes.n_heads, layer.sizes.key_size

    def split(weight: Tensor, source: Tensor) -> Tensor:
        return (source @ weight.T).unflatten(-1, (heads, -1)).movedim(-2, 0)

    query = split(layer.query.weight, x) * key_size**-0.5
    out = dense_attention(
        query + layer.content_bias[:, None, None],
        query + layer.position_bias[:, None, None],
        split(layer.key.weight, x),
        split(layer.value.weight, x),
        split(layer.relative_key.weight, features),
        mask,
    )
    return out.movedim(0, -2).flatten(-2) @ layer.out.weight.T + layer.out.bias
