"""A bidirectional LSTM with one bias a gate, as Keras has it; torch's own has two, which add up."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from senformer.model.initializers import glorot_uniform_

# Gates in torch's order: input, forget, cell, output.
_GATES = 4


class BiLstm(nn.Module):
    """Read a sequence in both directions; the outputs of both stand side by side at every position.

    Initial values are Keras': Glorot for inputs, orthogonal for the state, 1 for the bias of forget gates.
    """

    def __init__(self, n_in: int, hidden: int) -> None:
        super().__init__()
        self.hidden = hidden
        for direction in ("forward", "backward"):
            inputs, states, bias = (
                nn.Parameter(torch.empty(_GATES * hidden, n_in)),
                nn.Parameter(torch.empty(_GATES * hidden, hidden)),
                nn.Parameter(torch.zeros(_GATES * hidden)),
            )
            with torch.no_grad():
                glorot_uniform_(inputs, n_in, _GATES * hidden)
                nn.init.orthogonal_(states)
                bias[hidden : 2 * hidden] = 1.0
            self.register_parameter(f"{direction}_inputs", inputs)
            self.register_parameter(f"{direction}_states", states)
            self.register_parameter(f"{direction}_bias", bias)

    def forward(self, x: Float[Tensor, "batch position i"]) -> Float[Tensor, "batch position _wide"]:
        """Return (batch, position, 2 * hidden): read forward, then backward."""
        weights = []
        for direction in ("forward", "backward"):
            bias = self.get_parameter(f"{direction}_bias")
            inputs, states = (self.get_parameter(f"{direction}_{part}") for part in ("inputs", "states"))
            weights += [inputs, states, bias, torch.zeros_like(bias)]
        start = x.new_zeros(2, x.shape[0], self.hidden)
        # Biases, layers, dropout, training, bidirectional, batch first.
        out, _, _ = torch.lstm(x, (start, start), weights, True, 1, 0.0, self.training, True, True)
        return out
