"""A linear layer with two classes a track, as networks with a softmax over two outputs have it."""

from jaxtyping import Float
from torch import Tensor

from senformer.model.blocks.dense import Dense
from senformer.model.blocks.framework import Framework


class ClassHead(Dense):
    """Give the log odds of the first class: the softmax of two outputs is the sigmoid of their difference.

    The first rows of the weight are the tracks' positive classes, the others their negative ones.
    """

    def __init__(self, n_in: int, n_tracks: int, framework: Framework) -> None:
        super().__init__(n_in, 2 * n_tracks, framework)

    def forward(self, x: Float[Tensor, "*position i"]) -> Float[Tensor, "*position o"]:
        """Return positive minus negative."""
        positive, negative = super().forward(x).chunk(2, dim=-1)
        return positive - negative
