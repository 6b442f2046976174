"""The final pointwise layer, the last of the trunk."""

from jaxtyping import Float
from torch import Tensor, nn

from senformer.model.dropout import dropout
from senformer.model.linear import Linear
from senformer.model.norm import GELU_GAIN, NormGelu, gelu


class FinalPointwise(nn.Module):
    """Norm, GELU, twice the channels, dropout, GELU."""

    def __init__(self, channels: int, dropout: float) -> None:
        super().__init__()
        self.norm = NormGelu(channels)
        self.linear = Linear(channels, 2 * channels)
        self.dropout = dropout

    def forward(self, x: Float[Tensor, "batch bin channel"]) -> Float[Tensor, "batch bin wide"]:
        """Return the embedding that the heads read."""
        x = self.linear(self.norm(x), gain=GELU_GAIN)
        return gelu(dropout(x, self.dropout, self.training))
