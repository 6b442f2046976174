"""Gradients scaled down to a largest norm."""

import torch
from torch import Tensor
from torch.nn.utils import clip_grads_with_norm_


def clip_gradients(parameters: list[Tensor], limit: float, norm: Tensor | None) -> None:
    """Scale gradients down to ``limit``: by their global norm, or each by its own where None is given."""
    if norm is not None:
        clip_grads_with_norm_(parameters, limit, norm)
        return
    gradients = [parameter.grad for parameter in parameters]
    for gradient, own in zip(gradients, torch._foreach_norm(gradients), strict=True):
        gradient.mul_(limit / own.clamp(min=limit))
