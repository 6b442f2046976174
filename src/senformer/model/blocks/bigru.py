"""A bidirectional GRU that keeps what it knows at the end, of sequences of different lengths."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from senformer.model.initializers import glorot_uniform_

# Gates in torch's order: reset, update, new.
_GATES = 3


class BiGru(nn.Module):
    """Read a sequence in both directions up to its own end; the last states stand side by side.

    One bias a gate, as Lasagne has it; the reset gate is applied to the product of state and weights, as
    there and in torch.
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
                glorot_uniform_(inputs, n_in, hidden)
                for gate in states.split(hidden):
                    nn.init.orthogonal_(gate)
            self.register_parameter(f"{direction}_inputs", inputs)
            self.register_parameter(f"{direction}_states", states)
            self.register_parameter(f"{direction}_bias", bias)

    def forward(
        self, x: Float[Tensor, "batch position i"], lengths: Int64[Tensor, " batch"]
    ) -> Float[Tensor, "batch 1 _wide"]:
        """Return (batch, 1, 2 * hidden); a sequence of no length leaves the states at zero."""
        # The other direction begins at each sequence's own end: what lies behind it comes last.
        places = torch.arange(x.shape[1], device=x.device)
        turned = (lengths[:, None] - 1 - places).remainder(x.shape[1])
        backward = x.gather(1, turned[..., None].expand_as(x))
        ends = [self._last(x, lengths, "forward"), self._last(backward, lengths, "backward")]
        return torch.cat(ends, dim=-1).unsqueeze(1)

    def _last(
        self, x: Float[Tensor, "batch position i"], lengths: Int64[Tensor, " batch"], direction: str
    ) -> Float[Tensor, "batch hidden"]:
        bias = self.get_parameter(f"{direction}_bias")
        inputs, states = (self.get_parameter(f"{direction}_{part}") for part in ("inputs", "states"))
        start = x.new_zeros(1, x.shape[0], self.hidden)
        weights = [inputs, states, bias, torch.zeros_like(bias)]
        # Biases, layers, dropout, training, bidirectional, batch first.
        out, _ = torch.gru(x, start, weights, True, 1, 0.0, self.training, False, True)
        padded = torch.cat([start[0].unsqueeze(1), out], dim=1)
        return padded.gather(1, lengths[:, None, None].expand(-1, 1, self.hidden)).squeeze(1)
