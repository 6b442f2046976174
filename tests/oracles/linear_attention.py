"""Linear attention written plainly: the square of all pairs, in the inputs' own type."""

import torch
from torch import Tensor, nn
from torch.nn import functional


def turned(x: Tensor, base: float) -> Tensor:
    """Return ``x`` of (..., bin, feature), each pair of features turned by a matrix of the bin's angle."""
    n_bins, dim = x.shape[-2:]
    out = x.clone()
    for pair in range(dim // 2):
        angle = torch.arange(n_bins, dtype=x.dtype) * base ** (-2 * pair / dim)
        a, b = x[..., 2 * pair], x[..., 2 * pair + 1]
        out[..., 2 * pair] = a * angle.cos() - b * angle.sin()
        out[..., 2 * pair + 1] = a * angle.sin() + b * angle.cos()
    return out


def linear_weights(query: Tensor, key: Tensor, base: float) -> Tensor:
    """Return the weight of each (query bin, key bin) pair, (batch, head, bin, bin)."""
    query, key = functional.elu(query) + 1, functional.elu(key) + 1
    numerator = turned(query, base) @ turned(key, base).transpose(-1, -2)
    return numerator / (query @ key.transpose(-1, -2)).sum(dim=-1, keepdim=True)


def linear_layer(layer: nn.Module, x: Tensor) -> Tensor:
    """Return what a linear-attention layer must give for ``x`` of (batch, bin, channel), without dropout."""

    def split(weight: Tensor) -> Tensor:
        return (x @ weight.T).unflatten(-1, (layer.sizes.n_heads, -1)).transpose(1, 2)

    query, key, value = (split(part.weight) for part in (layer.query, layer.key, layer.value))
    out = linear_weights(query, key, layer.config.rotary_base) @ value
    return out.transpose(1, 2).flatten(-2) @ layer.out.weight.T + layer.out.bias
