"""A layer of a small transformer: every position sees all others, then passes a few units of its own."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from senformer.model.blocks.dense import Dense
from senformer.model.blocks.drop import Drop
from senformer.model.blocks.framework import Framework

# As the layer normalization of keras-layer-normalization has it.
_EPS = 1e-14


def attend(
    queries: Float[Tensor, "batch position k"],
    keys: Float[Tensor, "batch position k"],
    values: Float[Tensor, "batch position v"],
    n_heads: int = 1,
) -> Float[Tensor, "batch position v"]:
    """Return scaled dot-product attention of all positions to all, in so many heads."""
    # (batch, head, position, dim)
    split = [x.unflatten(-1, (n_heads, -1)).transpose(1, 2) for x in (queries, keys, values)]
    return functional.scaled_dot_product_attention(*split).transpose(1, 2).flatten(-2)


class EncoderLayer(nn.Module):
    """Attention, then two linear layers, each added to its input and normalized.

    All four projections of the attention pass a ReLU, as keras-multi-head has it by default.
    """

    def __init__(
        self, channels: int, n_heads: int, units: int, framework: Framework, *, dropout: float
    ) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.query, self.key, self.value, self.out = (Dense(channels, channels, framework) for _ in range(4))
        self.first, self.second = Dense(channels, units, framework), Dense(units, channels, framework)
        self.norm, self.last_norm = (nn.LayerNorm(channels, eps=_EPS) for _ in range(2))
        self.drop = Drop(dropout)

    def forward(self, x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch position channel"]:
        """Transform all positions."""
        query, key, value = (torch.relu(layer(x)) for layer in (self.query, self.key, self.value))
        seen = torch.relu(self.out(attend(query, key, value, self.n_heads)))
        x = self.norm(x + self.drop(seen))
        return self.last_norm(x + self.drop(self.second(torch.relu(self.first(x)))))
