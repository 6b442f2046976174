"""One minus the cosine of predicted and measured values of every track (``LOSSES["cosine"]``).

Source: the angle between both as vectors; the scale of a track does not count, its offset does.
"""

from jaxtyping import Bool, Float
from torch import Tensor

from senformer.train.losses.kind import Loss
from senformer.train.measured import fill_unmeasured

# Product of both sums of squares below which a track is taken not to vary.
_EPSILON = 1e-24


def cosine(
    prediction: Float[Tensor, "batch bin track"],
    target: Float[Tensor, "batch bin track"],
    weight: Float[Tensor, " track"] | None = None,
    example_weight: Float[Tensor, " batch"] | None = None,
) -> Float[Tensor, ""]:
    """Return the mean over tracks of 1 - cos, over all measured windows and bins of the batch.

    Parameters
    ----------
    prediction
        Any precision; the loss is computed in fp32.
    target
        Measured values; NaN where there is none: such an entry adds neither loss nor gradient.
    weight
        Factor on each track's term; None counts all alike. The mean is still over the number of tracks.
    example_weight
        Factor on each window's part in the sums that r is made of; None counts all alike.

    Returns
    -------
    A scalar in fp32. A track that is 0 throughout the batch has cos = 0, without gradient; a track without
    a measured entry does not count.
    """
    filled, is_measured = fill_unmeasured(target)
    p = weighted(prediction.float().masked_fill(~is_measured, 0.0), example_weight)
    return one_minus_cosine(p, weighted(filled, example_weight), is_measured, weight)


def weighted(
    values: Float[Tensor, "batch bin track"], example_weight: Float[Tensor, " batch"] | None
) -> Float[Tensor, "batch bin track"]:
    """Return the values times the root of their window's weight: in a product of two it is the weight."""
    return values if example_weight is None else values * example_weight.sqrt()[:, None, None]


def one_minus_cosine(
    left: Float[Tensor, "batch bin track"],
    right: Float[Tensor, "batch bin track"],
    is_measured: Bool[Tensor, "batch bin track"],
    weight: Float[Tensor, " track"] | None,
) -> Float[Tensor, ""]:
    """Return the mean over tracks with a measured entry of 1 - cos; both are 0 where nothing is measured."""
    square = left.square().sum(dim=(0, 1)) * right.square().sum(dim=(0, 1))
    is_flat = square <= _EPSILON
    # 1 in place of what would divide by 0: such a track has cosine 0, and no gradient.
    cosines = (left * right).sum(dim=(0, 1)) / square.masked_fill(is_flat, 1.0).sqrt()
    terms = 1 - cosines.masked_fill(is_flat, 0.0)
    if weight is not None:
        terms = terms * weight
    has_any = is_measured.any(dim=0).any(dim=0)
    return terms.masked_fill(~has_any, 0.0).sum() / has_any.sum().clamp(min=1)


COSINE = Loss(cosine, mean_of=None)
