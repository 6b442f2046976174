"""A bidirectional LSTM with one bias a gate, as Keras has it; torch's own has two, which add up."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from senformer.model.blocks.two_directions import DIRECTIONS, TwoDirections
from senformer.model.initializers import glorot_uniform_


class BiLstm(TwoDirections):
    """Read a sequence in both directions; the outputs of both stand side by side at every position.

    Initial values are Keras': Glorot for inputs, orthogonal for the state, 1 for the bias of forget gates.
    """

    n_gates = 4  # in torch's order: input, forget, cell, output

    def _begin(self, inputs: Tensor, states: Tensor, bias: Tensor) -> None:
        glorot_uniform_(inputs, inputs.shape[1], len(inputs))
        nn.init.orthogonal_(states)
        bias[self.hidden : 2 * self.hidden] = 1.0

    def forward(self, x: Float[Tensor, "batch position i"]) -> Float[Tensor, "batch position _wide"]:
        """Return (batch, position, 2 * hidden): read forward, then backward."""
        weights = [part for direction in DIRECTIONS for part in self._weights(direction)]
        start = x.new_zeros(2, x.shape[0], self.hidden)
        # Biases, layers, dropout, training, bidirectional, batch first.
        out, _, _ = torch.lstm(x, (start, start), weights, True, 1, 0.0, self.training, True, True)
        return out
