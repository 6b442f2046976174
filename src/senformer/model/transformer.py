"""The transformer: relative attention and a feed-forward layer, each around a residual."""

from collections.abc import Iterable

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from senformer.model.attention.base import Attention
from senformer.model.dropout import dropout
from senformer.model.initializers import truncated_normal_
from senformer.model.linear import Linear
from senformer.model.norm import NORM_EPS
from senformer.model.positions.table import PositionTable
from senformer.model.tiling.rule import LARGE_BYTES

# What a layer keeps for its gradient, as multiples of its input: two norms, query, key and value (5/3),
# the heads' output twice, the hidden layer before and after the ReLU (4), three dropouts.
KEPT = 12


def runs_again(n_layers: int, n_values: int, value_bytes: int, mode: str = "auto") -> bool:
    """Say whether layers keep their input alone for the gradient.

    Parameters
    ----------
    n_layers, n_values, value_bytes
        Layers; values of one layer's input, all examples; bytes of a value.
    mode
        ``auto`` (by size), ``always``, ``never``.
    """
    large = KEPT * n_layers * n_values * value_bytes > LARGE_BYTES
    return mode == "always" or (mode == "auto" and large)


class FeedForward(nn.Module):
    """Two linear layers; dropout comes before the ReLU and after the second layer."""

    def __init__(self, channels: int, dropout: float) -> None:
        super().__init__()
        self.expand = Linear(channels, 2 * channels)
        self.contract = Linear(2 * channels, channels)
        self.dropout = dropout

    def forward(self, x: Float[Tensor, "batch bin channel"]) -> Float[Tensor, "batch bin channel"]:
        """Mix the channels of each bin."""
        hidden = functional.relu(dropout(self.expand(x), self.dropout, self.training))
        return dropout(self.contract(hidden), self.dropout, self.training)


class TransformerBlock(nn.Module):
    """Pre-norm attention, then pre-norm feed-forward."""

    def __init__(self, channels: int, attention: Attention, dropout: float) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(channels, eps=NORM_EPS)
        self.attention = attention
        self.feed_forward_norm = nn.LayerNorm(channels, eps=NORM_EPS)
        self.feed_forward = FeedForward(channels, dropout)
        self.dropout = dropout

    def forward(
        self,
        x: Float[Tensor, "batch position channel"],
        positions: PositionTable,
        global_bins: Bool[Tensor, "batch bin"] | None = None,
    ) -> Float[Tensor, "batch position channel"]:
        """Exchange between bins, then within each."""
        attended = self.attention(self.attention_norm(x), positions, global_bins)
        x = x + dropout(attended, self.dropout, self.training)
        return x + self.feed_forward(self.feed_forward_norm(x))


class Transformer(nn.ModuleList):
    """The layers one after the other, and learned tokens that pass through them behind the bins.

    Attributes
    ----------
    tokens
        (token, channel), or None where the attention kind has none.
    """

    def __init__(self, blocks: Iterable[TransformerBlock], channels: int) -> None:
        super().__init__(blocks)
        n_tokens = max((block.attention.n_tokens for block in self), default=0)
        self.tokens = nn.Parameter(torch.empty(n_tokens, channels)) if n_tokens else None
        if self.tokens is not None:
            truncated_normal_(self.tokens, channels)

    def forward(
        self,
        x: Float[Tensor, "batch bin channel"],
        positions: PositionTable,
        global_bins: Bool[Tensor, "batch bin"] | None = None,
        recompute: str = "auto",
    ) -> Float[Tensor, "batch bin channel"]:
        """Run all layers.

        Parameters
        ----------
        x, positions, global_bins
            As each layer's attention takes them, without tokens.
        recompute
            Whether each layer keeps its input alone for the gradient and runs again on the way back:
            ``auto`` (where the layers' activations would be large), ``always``, ``never``.
        """
        n_bins = x.shape[1]
        if self.tokens is not None:
            x = torch.cat([x, self.tokens.to(x.dtype).expand(len(x), -1, -1)], dim=1)
        again = torch.is_grad_enabled() and runs_again(len(self), x.numel(), x.element_size(), recompute)
        for block in self:
            if again:
                x = checkpoint(block, x, positions, global_bins, use_reentrant=False)
            else:
                x = block(x, positions, global_bins)
        return x[:, :n_bins]
