"""A bidirectional GRU that keeps what it knows at the end, of sequences of different lengths."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from senformer.model.blocks.two_directions import DIRECTIONS, TwoDirections
from senformer.model.initializers import glorot_uniform_


class BiGru(TwoDirections):
    """Read a sequence in both directions up to its own end; the last states stand side by side.

    One bias a gate, as Lasagne has it; the reset gate is applied to the product of state and weights, as
    there and in torch.
    """

    n_gates = 3  # in torch's order: reset, update, new

    def _begin(self, inputs: Tensor, states: Tensor, bias: Tensor) -> None:
        glorot_uniform_(inputs, inputs.shape[1], self.hidden)
        for gate in states.split(self.hidden):
            nn.init.orthogonal_(gate)

    def forward(
        self, x: Float[Tensor, "batch position i"], lengths: Int64[Tensor, " batch"]
    ) -> Float[Tensor, "batch 1 _wide"]:
        """Return (batch, 1, 2 * hidden); a sequence of no length leaves the states at zero."""
        # The other direction begins at each sequence's own end: what lies behind it comes last.
        places = torch.arange(x.shape[1], device=x.device)
        turned = (lengths[:, None] - 1 - places).remainder(x.shape[1])
        backward = x.gather(1, turned[..., None].expand_as(x))
        both = zip((x, backward), DIRECTIONS, strict=True)
        ends = [self._last(read, lengths, direction) for read, direction in both]
        return torch.cat(ends, dim=-1).unsqueeze(1)

    def _last(
        self, x: Float[Tensor, "batch position i"], lengths: Int64[Tensor, " batch"], direction: str
    ) -> Float[Tensor, "batch hidden"]:
        start = x.new_zeros(1, x.shape[0], self.hidden)
        # Biases, layers, dropout, training, bidirectional, batch first.
        out, _ = torch.gru(x, start, self._weights(direction), True, 1, 0.0, self.training, False, True)
        padded = torch.cat([start[0].unsqueeze(1), out], dim=1)
        return padded.gather(1, lengths[:, None, None].expand(-1, 1, self.hidden)).squeeze(1)
