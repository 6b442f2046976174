"""Means over the entries that were measured: what the losses of :mod:`senformer.train.losses` share."""

from jaxtyping import Bool, Float, Int
from torch import Tensor


def fill_unmeasured(
    target: Float[Tensor, "batch bin track"],
) -> tuple[Float[Tensor, "batch bin track"], Bool[Tensor, "batch bin track"]]:
    """Return the target in fp32 with 0 for NaN, and which entries are measured.

    To be done before any arithmetic: a NaN behind a mask would still reach the gradient as 0 * NaN.
    """
    is_measured = ~target.isnan()
    return target.float().masked_fill(~is_measured, 0.0), is_measured


def mean_measured(
    terms: Float[Tensor, "batch bin track"],
    is_measured: Bool[Tensor, "batch bin track"],
    weight: Float[Tensor, " track"] | None = None,
    example_weight: Float[Tensor, " batch"] | None = None,
) -> Float[Tensor, ""]:
    """Return the mean of the terms over the measured entries; zero, with zero gradient, where there is none.

    Parameters
    ----------
    terms
        The loss of every entry, finite everywhere.
    is_measured
        Which entries count.
    weight
        Factor on each track's terms; None counts all alike. The mean is still over the number of entries.
    example_weight
        Factor on each window's terms, in the same way.
    """
    if weight is not None:
        terms = terms * weight
    if example_weight is not None:
        terms = terms * example_weight[:, None, None]
    return terms.masked_fill(~is_measured, 0.0).sum() / is_measured.sum().clamp(min=1)


def mean_of_profiles(
    terms: Float[Tensor, "batch track"],
    n_bins: Int[Tensor, "batch track"],
    weight: Float[Tensor, " track"] | None = None,
    example_weight: Float[Tensor, " batch"] | None = None,
) -> Float[Tensor, ""]:
    """Return the mean over the profiles, a window and track each, that have a measured bin; zero without any.

    Parameters
    ----------
    terms
        The loss of every profile, finite everywhere.
    n_bins
        Measured bins of each.
    weight
        Factor on each track's terms; None counts all alike. The mean is still over the number of profiles.
    example_weight
        Factor on each window's terms, in the same way.
    """
    return mean_measured(terms[:, None], (n_bins > 0)[:, None], weight, example_weight)
