"""One minus Pearson's r of every track (``LOSSES["pearson"]``).

Source: the correlation that the field reports, as a loss; scale and offset of a track do not count.
"""

from jaxtyping import Bool, Float
from torch import Tensor

from senformer.train.losses.cosine import one_minus_cosine, weighted
from senformer.train.losses.kind import Loss
from senformer.train.measured import fill_unmeasured

_ROUNDING = 1e-6  # of fp32, relative


def pearson(
    prediction: Float[Tensor, "batch bin track"],
    target: Float[Tensor, "batch bin track"],
    weight: Float[Tensor, " track"] | None = None,
    example_weight: Float[Tensor, " batch"] | None = None,
) -> Float[Tensor, ""]:
    """Return the mean over tracks of 1 - r, r over all measured windows and bins of the batch.

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
    A scalar in fp32. A track whose targets or predictions do not vary in the batch has r = 0, without
    gradient; a track without a measured entry does not count.
    """
    filled, is_measured = fill_unmeasured(target)
    p = _centered(prediction.float().masked_fill(~is_measured, 0.0), is_measured, example_weight)
    return one_minus_cosine(p, _centered(filled, is_measured, example_weight), is_measured, weight)


def _centered(
    values: Float[Tensor, "batch bin track"],
    is_measured: Bool[Tensor, "batch bin track"],
    example_weight: Float[Tensor, " batch"] | None,
) -> Float[Tensor, "batch bin track"]:
    """Return the values without the mean of their track; 0 where it varies by no more than rounding.

    With weights the mean is weighted, and they come times the root of theirs, as a cosine needs them.
    """
    share = is_measured.float()
    if example_weight is not None:
        share = share * example_weight[:, None, None]
    total = share.sum(dim=(0, 1))
    mean = (values * share).sum(dim=(0, 1)) / total.masked_fill(total == 0, 1.0)
    centered = weighted((values - mean).masked_fill(~is_measured, 0.0), example_weight)
    is_flat = centered.square().sum(dim=(0, 1)) <= _ROUNDING**2 * weighted(
        values, example_weight
    ).square().sum(dim=(0, 1))
    return centered.masked_fill(is_flat, 0.0)


PEARSON = Loss(pearson, mean_of=None)
