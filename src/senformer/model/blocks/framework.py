"""The numerics of the framework that a model was published in: initial values, and those of batch norms."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from senformer.model.initializers import fan_in_uniform_, glorot_uniform_

# Fills a tensor, given how many values enter an output and how many outputs one enters.
Initial = Callable[[Tensor, int, int], Tensor]


def _zeros_(tensor: Tensor, fan_in: int, fan_out: int) -> Tensor:
    return tensor.detach().zero_()


@dataclass(frozen=True)
class Framework:
    """What a framework does where a paper says nothing.

    Attributes
    ----------
    weight, bias
        Initial values of convolutions and linear layers.
    eps, momentum
        Of batch normalization; the momentum is the weight of a new batch.
    """

    weight: Initial
    bias: Initial
    eps: float
    momentum: float


# Keras says its momentum as the weight of the past, 0.99.
KERAS = Framework(glorot_uniform_, _zeros_, eps=1e-3, momentum=0.01)
# Torch7 and PyTorch alike.
TORCH = Framework(fan_in_uniform_, fan_in_uniform_, eps=1e-5, momentum=0.1)
