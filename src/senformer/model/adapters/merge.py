"""Put adapters into the weights that they were added to."""

from torch import nn
from torch.nn.utils import parametrize

from senformer.model.adapters.low_rank import LowRank


def merge_adapters(model: nn.Module) -> int:
    """Make a model plain again, computing what it computed with its adapters; return how many there were.

    Its tensors have the names and shapes that they had before :func:`add_adapters`. A model without adapters
    is left as it is.
    """
    adapted = [module for module in model.modules() if is_adapted(module)]
    for module in adapted:
        parametrize.remove_parametrizations(module, "weight", leave_parametrized=True)
    return len(adapted)


def is_adapted(module: nn.Module) -> bool:
    """Say whether the module's weight has an adapter."""
    return parametrize.is_parametrized(module, "weight") and isinstance(
        module.parametrizations["weight"][0],  # type: ignore[index]
        LowRank,
    )
