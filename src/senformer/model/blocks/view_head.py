"""A linear layer that predicts each view of a window, and one prediction of all of them."""

from typing import Literal

from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import logsigmoid

from senformer.model.blocks.dense import Dense
from senformer.model.blocks.framework import Framework

Combine = Literal["max", "mean_probability"]


class ViewHead(Dense):
    """Read views side by side, each as wide as the others.

    Attributes
    ----------
    combine
        ``max`` keeps the largest output; ``mean_probability`` gives the log odds of the mean of what the
        outputs are the log odds of.
    """

    def __init__(self, n_in: int, n_out: int, framework: Framework, combine: Combine) -> None:
        super().__init__(n_in, n_out, framework)
        self.combine = combine

    def forward(self, x: Float[Tensor, "*position wide"]) -> Float[Tensor, "*position o"]:
        """Return one output of all views."""
        outputs = super().forward(x.unflatten(-1, (-1, self.weight.shape[1])))
        if self.combine == "max":
            return outputs.amax(dim=-2)
        # Log of mean(s(x)) / mean(s(-x)), s the logistic function; the number of views cancels.
        return logsigmoid(outputs).logsumexp(dim=-2) - logsigmoid(-outputs).logsumexp(dim=-2)
