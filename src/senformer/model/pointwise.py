"""The final pointwise layer, the last of the trunk."""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from senformer.model.blocks import BatchNorm, gelu
from senformer.model.initializers import linear


class FinalPointwise(nn.Module):
    """Norm, GELU, twice the channels, dropout, GELU."""

    def __init__(self, channels: int, dropout: float) -> None:
        super().__init__()
        self.norm = BatchNorm(channels)
        self.linear = linear(channels, 2 * channels)
        self.dropout = dropout

    def forward(self, x: Float[Tensor, "batch bin channel"]) -> Float[Tensor, "batch bin wide"]:
        """Return the embedding that the heads read."""
        x = self.linear(gelu(self.norm(x)))
        return gelu(F.dropout(x, self.dropout, self.training))
