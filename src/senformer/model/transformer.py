"""The transformer: relative attention and a feed-forward layer, each around a residual."""

from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from senformer.model.attention.base import Attention
from senformer.model.dropout import dropout
from senformer.model.linear import Linear
from senformer.model.norm import NORM_EPS
from senformer.model.positions.table import PositionTable


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
