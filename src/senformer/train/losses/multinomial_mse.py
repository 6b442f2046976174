"""Shape of a profile and size of its counts (``LOSSES["multinomial_mse"]``), BPNet's loss.

Source: Avsec et al. 2021, doi:10.1038/s41588-021-00782-6: multinomial negative log-likelihood of the profile,
and mean squared error of log(1 + counts).
"""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import softplus

from senformer.model.activations import POSITIVE
from senformer.train.losses.kind import Loss, profiles
from senformer.train.measured import fill_unmeasured, mean_of_profiles


def multinomial_mse(
    prediction: Float[Tensor, "batch bin track"],
    target: Float[Tensor, "batch bin track"],
    weight: Float[Tensor, " track"] | None = None,
    example_weight: Float[Tensor, " batch"] | None = None,
    *,
    count_weight: float = 10.0,
) -> Float[Tensor, ""]:
    """Return the mean over profiles of multinomial NLL + count_weight * squared error of log counts.

    Of the bins of one window and track, with sums P of rates p and N of targets k: the first term is
    -log(N! / prod k!) - sum(k log(p / P)), the second (log(1 + P) - log(1 + N))^2. Both are computed from
    log p, so that no rate is too small for them.

    Parameters
    ----------
    prediction
        Log rates log p; any precision, the loss is computed in fp32. A model of profile logits and log counts
        has the log rates log_softmax(logits) + log counts.
    target
        Counts, 0 or more; NaN where there is none: such a bin is left out of both terms.
    weight
        Factor on each track's terms; None counts all alike. The mean is still over the number of tracks.
    example_weight
        Factor on each window's terms, in the same way.
    count_weight
        Weight of the second term, 0 or more.

    Returns
    -------
    A scalar in fp32; zero, with zero gradient, where nothing is measured.
    """
    counts, is_measured = fill_unmeasured(target)
    n_bins = is_measured.sum(dim=1)
    log_rate, total = prediction.float(), counts.sum(dim=1)
    # Finite, so that a profile without a bin brings no NaN into the gradient.
    nothing = torch.finfo(torch.float32).min
    log_total = torch.logsumexp(log_rate.masked_fill(~is_measured, nothing), dim=1)
    ways = torch.lgamma(total + 1) - torch.lgamma(counts + 1).sum(dim=1)
    shape = total * log_total - (counts * log_rate.masked_fill(~is_measured, 0.0)).sum(dim=1) - ways
    # softplus(log P) = log(1 + P)
    size = (softplus(log_total) - torch.log1p(total)).square()
    return mean_of_profiles(shape + count_weight * size, n_bins, weight, example_weight)


MULTINOMIAL_MSE = Loss(
    multinomial_mse, profiles, is_of_counts=True, is_of_log_rates=True, activations=POSITIVE
)
