"""The ways in which DeepGRN weighs positions."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from senformer.model.blocks.dense import Dense
from senformer.model.blocks.encoder_layer import attend
from senformer.model.blocks.framework import Framework


class ChannelAttention(nn.Module):
    """Weigh the positions of every channel by a softmax of its own values, and add them up."""

    def forward(self, x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch 1 channel"]:
        """Return one position."""
        return (x.softmax(dim=1) * x).sum(dim=1, keepdim=True)


class SharedVector(nn.Module):
    """Multiply positions by one vector of weights, the mean over channels of what each asks for."""

    def __init__(self, n_positions: int, framework: Framework) -> None:
        super().__init__()
        self.dense = Dense(n_positions, n_positions, framework)

    def weights(self, x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch position 1"]:
        """Return the weight of each position; those of a window have a sum of 1."""
        return self.dense(x.transpose(1, 2)).softmax(dim=-1).mean(dim=1).unsqueeze(-1)

    def forward(self, x: Float[Tensor, "batch position i"]) -> Float[Tensor, "batch position i"]:
        """Multiply."""
        return x * self.weights(x)


class PairAttention(nn.Module):
    """Add to every position what it sees of all, by learned positions and one head without biases."""

    def __init__(self, n_positions: int, channels: int, framework: Framework) -> None:
        super().__init__()
        self.places = nn.Parameter(torch.empty(n_positions, channels).uniform_(-0.05, 0.05))
        self.query, self.key = (Dense(channels, channels // 2, framework, bias=False) for _ in range(2))
        self.value = Dense(channels, channels, framework, bias=False)

    def forward(self, x: Float[Tensor, "batch position i"]) -> Float[Tensor, "batch position i"]:
        """Attend."""
        placed = x + self.places
        return x + attend(self.query(placed), self.key(placed), self.value(placed))
