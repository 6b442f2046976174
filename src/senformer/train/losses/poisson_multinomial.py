"""Poisson of the sum and multinomial of the shape (``LOSSES["poisson_multinomial"]``), Borzoi's loss.

Source: Linder et al. 2025, doi:10.1038/s41588-024-02053-6; the form is that of Baskerville's
``poisson_multinomial``, which divides both terms by the number of bins.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from senformer.model.activations import POSITIVE
from senformer.train.losses.kind import Loss, profiles
from senformer.train.measured import fill_unmeasured, mean_of_profiles

_EPSILON = 1e-6


def poisson_multinomial(
    prediction: Float[Tensor, "batch bin track"],
    target: Float[Tensor, "batch bin track"],
    weight: Float[Tensor, " track"] | None = None,
    example_weight: Float[Tensor, " batch"] | None = None,
    *,
    total_weight: float = 0.2,
) -> Float[Tensor, ""]:
    """Return the mean over windows and tracks of (multinomial + total_weight * Poisson) / bins.

    Of the bins of one window and track, with sums P of predictions p and Y of targets y: the multinomial term
    is -sum(y log(p / P)), the Poisson term P - Y log P; 1e-6 is added to every p and y.

    Parameters
    ----------
    prediction
        Rates, positive; any precision, the loss is computed in fp32.
    target
        Measured values, 0 or more; NaN where there is none: such a bin is left out of both sums, and of the
        number of bins.
    weight
        Factor on each track's terms; None counts all alike. The mean is still over the number of tracks.
    example_weight
        Factor on each window's terms, in the same way.
    total_weight
        Weight of the Poisson term, 0 or more; Borzoi's.

    Returns
    -------
    A scalar in fp32; zero, with zero gradient, where nothing is measured.
    """
    filled, is_measured = fill_unmeasured(target)
    p = (prediction.float() + _EPSILON).masked_fill(~is_measured, 0.0)
    y = (filled + _EPSILON).masked_fill(~is_measured, 0.0)
    n_bins = is_measured.sum(dim=1)
    # A profile without a bin: 1 in place of its sums, so that no logarithm of 0 reaches the gradient.
    total_p = p.sum(dim=1).masked_fill(n_bins == 0, 1.0)
    total_y = y.sum(dim=1)
    log_p = torch.log(p.masked_fill(~is_measured, 1.0))
    shape = total_y * torch.log(total_p) - (y * log_p).sum(dim=1)
    total = total_p - total_y * torch.log(total_p)
    return mean_of_profiles(
        (shape + total_weight * total) / n_bins.clamp(min=1), n_bins, weight, example_weight
    )


POISSON_MULTINOMIAL = Loss(poisson_multinomial, profiles, is_of_counts=True, activations=POSITIVE)
