"""What a recurrent block that reads in both directions has: weights of inputs and states, one bias a gate."""

import abc
from typing import ClassVar

import torch
from torch import Tensor, nn

DIRECTIONS = ("forward", "backward")


class TwoDirections(nn.Module, abc.ABC):
    """The parameters of both directions; torch's own blocks have two biases a gate, which add up.

    Attributes
    ----------
    n_gates
        Gates of a kind of cell.
    hidden
        States of a direction.
    """

    n_gates: ClassVar[int]

    def __init__(self, n_in: int, hidden: int) -> None:
        super().__init__()
        self.hidden = hidden
        for direction in DIRECTIONS:
            parts = {
                "inputs": torch.empty(self.n_gates * hidden, n_in),
                "states": torch.empty(self.n_gates * hidden, hidden),
                "bias": torch.zeros(self.n_gates * hidden),
            }
            with torch.no_grad():
                self._begin(**parts)
            for part, values in parts.items():
                self.register_parameter(f"{direction}_{part}", nn.Parameter(values))

    @abc.abstractmethod
    def _begin(self, inputs: Tensor, states: Tensor, bias: Tensor) -> None:
        """Set the initial values of a direction, in place; the bias is zero."""

    def _weights(self, direction: str) -> list[Tensor]:
        """Return weights of inputs and states and both biases of torch, whose second is zero."""
        # Not as parameters: in a bank they are buffers.
        inputs, states, bias = (getattr(self, f"{direction}_{part}") for part in ("inputs", "states", "bias"))
        return [inputs, states, bias, torch.zeros_like(bias)]
