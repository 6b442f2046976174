"""Relative attention written plainly: every pair, one mask, one gather of relative keys."""

import torch
from torch import Tensor, nn

from senformer.model.attention.blocks import BlockPattern


def dense_mask(pattern: BlockPattern, n_tokens: int = 0) -> Tensor:
    """Return which (query, key) pairs a pattern allows, as a square of booleans; tokens come last."""
    n, block = pattern.n_bins, pattern.block_bins
    mask = torch.ones(n + n_tokens, n + n_tokens, dtype=torch.bool)
    bins = mask[:n, :n]
    bins[:] = False
    for query, key in pattern.pairs.tolist():
        bins[query * block : (query + 1) * block, key * block : (key + 1) * block] = True
    bins[pattern.global_bins] = True
    bins[:, pattern.global_bins] = True
    return mask


def layer_mask(layer: nn.Module, n_bins: int, global_bins: Tensor | None = None) -> Tensor:
    """Return which pairs a layer allows: (head, batch, query, key), axes of one where all are alike."""
    heads = range(layer.sizes.n_heads if layer.per_head else 1)
    examples = [None] if global_bins is None else [torch.nonzero(mask)[:, 0].numpy() for mask in global_bins]
    masks = [
        [dense_mask(layer.pattern(n_bins, named, head), layer.n_tokens) for named in examples]
        for head in heads
    ]
    return torch.stack([torch.stack(row) for row in masks])


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
    """Return masked attention of (head, batch, position, dim) operands; ``relative`` is (head, offset, dim).

    Positions beyond the bins that ``relative`` is for are tokens: they are at no distance.
    """
    n_bins = (relative.shape[1] + 1) // 2
    logits = content_query @ key.transpose(-1, -2)
    position = relative_shift(position_query[:, :, :n_bins] @ relative[:, None].transpose(-1, -2))
    n_tokens = logits.shape[-1] - n_bins
    logits = logits + torch.nn.functional.pad(position, (0, n_tokens, 0, n_tokens))
    logits = logits.masked_fill(~mask, -torch.inf)
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
