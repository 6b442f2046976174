"""Binary cross-entropy from logits (``LOSSES["binary_cross_entropy"]``), for labels: is there a peak or not.

Source: the likelihood of a coin; as DeepSEA trains, Zhou and Troyanskaya 2015, doi:10.1038/nmeth.3547.
"""

from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import softplus

from senformer.train.losses.kind import Loss, entries
from senformer.train.measured import fill_unmeasured, mean_measured


def binary_cross_entropy(
    prediction: Float[Tensor, "batch bin track"],
    target: Float[Tensor, "batch bin track"],
    weight: Float[Tensor, " track"] | None = None,
    example_weight: Float[Tensor, " batch"] | None = None,
    positive_weight: Float[Tensor, " track"] | None = None,
) -> Float[Tensor, ""]:
    """Return mean(-w y log s(x) - (1 - y) log(1 - s(x))) over the measured entries, s the logistic function.

    Parameters
    ----------
    prediction
        Logits x: log odds of a 1, of either sign; any precision, the loss is computed in fp32.
    target
        Labels y, 0 to 1; NaN where there is none: such an entry adds neither loss nor gradient.
    weight
        Factor on each track's terms; None counts all alike. The mean is still over the number of entries.
    example_weight
        Factor on each window's terms, in the same way.
    positive_weight
        Factor w on the terms of each track's positives alone; None counts both classes alike.

    Returns
    -------
    A scalar in fp32; zero, with zero gradient, where nothing is measured.
    """
    filled, is_measured = fill_unmeasured(target)
    logits = prediction.float()
    # log s(x) = -softplus(-x): neither end overflows.
    positive = filled * softplus(-logits)
    if positive_weight is not None:
        positive = positive * positive_weight
    terms = positive + (1.0 - filled) * softplus(logits)
    return mean_measured(terms, is_measured, weight, example_weight)


BINARY_CROSS_ENTROPY = Loss(
    binary_cross_entropy, entries, is_of_labels=True, activations=frozenset({"linear", "sigmoid"})
)
