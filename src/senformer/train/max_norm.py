"""Weights kept within a norm: of every output of a convolution or linear layer, after each update.

Source: Torch7's ``renorm`` as DeepSEA and Basset call it; Srivastava et al. 2014, section 5.1.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn


@torch.no_grad()
def limit_norms(parameters: Iterable[Tensor], largest: float) -> None:
    """Scale down, in place, what feeds each output where its L2 norm is above ``largest``."""
    for weight in parameters:
        norms = torch.linalg.vector_norm(weight.flatten(1), dim=1)
        scale = (largest / norms).clamp(max=1.0)
        weight.mul_(scale.view(-1, *[1] * (weight.ndim - 1)))


def limited(model: nn.Module) -> list[nn.Parameter]:
    """Return the weights that are kept within a norm: all that train, no biases nor scales of norms."""
    return [
        parameter
        for name, parameter in model.named_parameters()
        if parameter.requires_grad and parameter.ndim > 1 and not name.endswith("bias")
    ]
