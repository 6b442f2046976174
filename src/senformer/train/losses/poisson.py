"""Poisson negative log-likelihood (``LOSSES["poisson"]``), the loss of Basenji and Enformer.

Source: Avsec et al. 2021, doi:10.1038/s41592-021-01252-x; the form is that of Keras' ``Poisson``.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from senformer.model.activations import POSITIVE
from senformer.train.losses.kind import Loss, entries
from senformer.train.measured import fill_unmeasured, mean_measured

_EPSILON = 1e-7


def poisson(
    prediction: Float[Tensor, "batch bin track"],
    target: Float[Tensor, "batch bin track"],
    weight: Float[Tensor, " track"] | None = None,
    example_weight: Float[Tensor, " batch"] | None = None,
) -> Float[Tensor, ""]:
    """Return mean(prediction - target * log(prediction + 1e-7)) over the measured entries.

    Parameters
    ----------
    prediction
        Rates, positive; any precision, the loss is computed in fp32.
    target
        Measured values; NaN where there is none: such an entry adds neither loss nor gradient.
    weight
        Factor on each track's terms; None counts all alike. The mean is still over the number of entries.
    example_weight
        Factor on each window's terms, in the same way.

    Returns
    -------
    A scalar in fp32; zero, with zero gradient, where nothing is measured. The term that depends on the
    target alone (log of its factorial) is left out, so that values may be negative.
    """
    prediction = prediction.float()
    filled, is_measured = fill_unmeasured(target)
    terms = prediction - filled * torch.log(prediction + _EPSILON)
    return mean_measured(terms, is_measured, weight, example_weight)


POISSON = Loss(poisson, entries, is_of_counts=True, activations=POSITIVE)
