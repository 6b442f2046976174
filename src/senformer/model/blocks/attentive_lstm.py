"""A bidirectional LSTM whose positions are weighed and added up, and one such for each of several signals."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from senformer.model.blocks.bilstm import BiLstm
from senformer.model.blocks.drop import Drop
from senformer.model.blocks.framework import Framework
from senformer.model.blocks.position_attention import PositionAttention


class AttentiveLstm(nn.Module):
    """Read all positions in both directions, and keep the sum that attention makes of them."""

    def __init__(self, n_in: int, hidden: int, framework: Framework, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.lstm, self.drop = BiLstm(n_in, hidden), Drop(dropout)
        self.attention = PositionAttention(2 * hidden, framework, bias=False, reduce="sum")

    def weights(self, x: Float[Tensor, "batch position i"]) -> Float[Tensor, "batch position"]:
        """Return what each position counts."""
        return self.attention.weights(self.lstm(x)).squeeze(-1)

    def forward(self, x: Float[Tensor, "batch position i"]) -> Float[Tensor, "batch 1 _wide"]:
        """Return the weighed sum."""
        return self.attention(self.drop(self.lstm(x)))


class SignalEncoders(nn.Module):
    """Encode each signal by itself: the signals become positions."""

    def __init__(self, n_signals: int, hidden: int, framework: Framework, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.encoders = nn.ModuleList(
            AttentiveLstm(1, hidden, framework, dropout=dropout) for _ in range(n_signals)
        )

    def weights(self, x: Float[Tensor, "batch bin signal"]) -> Float[Tensor, "batch bin signal"]:
        """Return what each bin counts in its signal."""
        parts = zip(self.encoders, x.split(1, dim=-1), strict=True)
        return torch.stack([encoder.weights(signal) for encoder, signal in parts], dim=-1)

    def forward(self, x: Float[Tensor, "batch bin signal"]) -> Float[Tensor, "batch signal _wide"]:
        """Encode."""
        parts = zip(self.encoders, x.split(1, dim=-1), strict=True)
        return torch.cat([encoder(signal) for encoder, signal in parts], dim=1)
