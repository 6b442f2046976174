"""The last pointwise layer of Baskerville's trunk; only the larger models have it."""

from jaxtyping import Float
from torch import Tensor, nn

from senformer.model.baskerville.norm import NormTanhGelu, gelu
from senformer.model.baskerville.upsampling import lecun_linear
from senformer.model.dropout import dropout


class Final(nn.Module):
    """Norm, GELU, linear, dropout if it has channels of its own; always a GELU."""

    def __init__(self, n_in: int, n_out: int, dropout: float) -> None:
        super().__init__()
        self.norm = NormTanhGelu(n_in) if n_out else None
        self.linear = lecun_linear(n_in, n_out) if n_out else None
        self.dropout = dropout

    def forward(self, x: Float[Tensor, "batch bin channel"]) -> Float[Tensor, "batch bin wide"]:
        """Return the embedding that the heads read."""
        if self.norm is not None and self.linear is not None:
            x = dropout(self.linear(self.norm(x)), self.dropout, self.training)
        return gelu(x)
