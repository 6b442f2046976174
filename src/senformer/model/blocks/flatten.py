"""All positions of a window side by side, as one position."""

from jaxtyping import Float
from torch import Tensor, nn


class Flatten(nn.Module):
    """Join the channels of all positions.

    Attributes
    ----------
    channels_first
        Whether a channel's positions stay together, as torch flattens; else a position's channels do, as
        Keras does. It decides which weight of the next layer reads what.
    """

    def __init__(self, *, channels_first: bool) -> None:
        super().__init__()
        self.channels_first = channels_first

    def forward(self, x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch 1 wide"]:
        """Flatten."""
        ordered = x.transpose(1, 2) if self.channels_first else x
        return ordered.flatten(1).unsqueeze(1)
