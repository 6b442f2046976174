"""Labels and values side by side (``LOSSES["labels_mse"]``): is there a peak, and how strong is it.

Source: the likelihoods of a coin and of a normal, as DeFine learns class and intensity together, Wang et al.
2018, doi:10.1093/nar/gky215.
"""

from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import softplus

from senformer.train.losses.kind import Loss, entries
from senformer.train.measured import fill_unmeasured, mean_measured


def labels_mse(
    prediction: Float[Tensor, "batch bin track"],
    target: Float[Tensor, "batch bin track"],
    weight: Float[Tensor, " track"] | None = None,
    example_weight: Float[Tensor, " batch"] | None = None,
    *,
    n_labels: float = 1.0,
) -> Float[Tensor, ""]:
    """Return the mean over measured entries of binary cross-entropy, of labels, and of squared errors.

    Parameters
    ----------
    prediction
        Log odds of the labels, then values; any precision, the loss is computed in fp32.
    target
        Labels, 0 to 1, then values; NaN where there is none: such an entry adds neither loss nor gradient.
    weight
        Factor on each track's terms; None counts all alike. The mean is still over the number of entries.
    example_weight
        Factor on each window's terms, in the same way.
    n_labels
        How many tracks, from the first on, are labels.

    Returns
    -------
    A scalar in fp32; zero, with zero gradient, where nothing is measured.
    """
    filled, is_measured = fill_unmeasured(target)
    outputs = prediction.float()
    terms = (outputs - filled).square()
    odds, label = outputs[..., : int(n_labels)], filled[..., : int(n_labels)]
    terms[..., : int(n_labels)] = softplus(odds) - label * odds
    return mean_measured(terms, is_measured, weight, example_weight)


LABELS_MSE = Loss(labels_mse, entries, activations=frozenset({"linear"}))
