"""Mean squared error (``LOSSES["mse"]``), for values that are no counts: log activities, for instance.

Source: least squares; as DeepSTARR trains, de Almeida et al. 2022, doi:10.1038/s41588-022-01048-5.
"""

from jaxtyping import Float
from torch import Tensor

from senformer.train.losses.kind import Loss, entries
from senformer.train.measured import fill_unmeasured, mean_measured


def mse(
    prediction: Float[Tensor, "batch bin track"],
    target: Float[Tensor, "batch bin track"],
    weight: Float[Tensor, " track"] | None = None,
    example_weight: Float[Tensor, " batch"] | None = None,
) -> Float[Tensor, ""]:
    """Return mean((prediction - target)^2) over the measured entries.

    Parameters
    ----------
    prediction
        Any precision; the loss is computed in fp32.
    target
        Measured values; NaN where there is none: such an entry adds neither loss nor gradient.
    weight
        Factor on each track's terms; None counts all alike. The mean is still over the number of entries.
    example_weight
        Factor on each window's terms, in the same way.

    Returns
    -------
    A scalar in fp32; zero, with zero gradient, where nothing is measured.
    """
    filled, is_measured = fill_unmeasured(target)
    terms = (prediction.float() - filled).square()
    return mean_measured(terms, is_measured, weight, example_weight)


MSE = Loss(mse, entries)
