"""The transformer: relative attention and a feed-forward layer, each around a residual."""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from senformer.model.attention.relative import RelativeAttention
from senformer.model.blocks import NORM_EPS
from senformer.model.initializers import linear


class FeedForward(nn.Module):
    """Two linear layers; dropout comes before the ReLU and after the second layer."""

    def __init__(self, channels: int, dropout: float) -> None:
        super().__init__()
        self.expand = linear(channels, 2 * channels)
        self.contract = linear(2 * channels, channels)
        self.dropout = dropout

    def forward(self, x: Float[Tensor, "batch bin channel"]) -> Float[Tensor, "batch bin channel"]:
        """Mix the channels of each bin."""
        hidden = F.relu(F.dropout(self.expand(x), self.dropout, self.training))
        return F.dropout(self.contract(hidden), self.dropout, self.training)


class TransformerBlock(nn.Module):
    """Pre-norm attention, then pre-norm feed-forward."""

    def __init__(self, channels: int, attention: RelativeAttention, dropout: float) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(channels, eps=NORM_EPS)
        self.attention = attention
        self.feed_forward_norm = nn.LayerNorm(channels, eps=NORM_EPS)
        self.feed_forward = FeedForward(channels, dropout)
        self.dropout = dropout

    def forward(
        self, x: Float[Tensor, "batch bin channel"], features: Float[Tensor, "offset feature"]
    ) -> Float[Tensor, "batch bin channel"]:
        """Exchange between bins, then within each."""
        attended = self.attention(self.attention_norm(x), features)
        x = x + F.dropout(attended, self.dropout, self.training)
        return x + self.feed_forward(self.feed_forward_norm(x))
