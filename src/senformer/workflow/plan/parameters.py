"""How many trained values each part of a model has."""

from collections import Counter

import torch

from senformer.core.config import Config
from senformer.model.sequence_model import SequenceModel
from senformer.model.zoo import MODELS


def empty_model(name: str, config: Config, is_frozen: bool = False) -> SequenceModel:
    """Return the model in training, without memory for its values.

    Parameters
    ----------
    name, config
        A row of ``MODELS`` and its configuration.
    is_frozen
        Whether batch normalization keeps its statistics.
    """
    with torch.device("meta"):
        model = MODELS[name].build(name, config).train()
    for module in model.modules():
        if is_frozen and hasattr(module, "running_mean"):
            module.eval()
    return model


def count_parameters(model: SequenceModel) -> dict[str, int]:
    """Return the trained values of each part, in the model's order: stem, tower, transformer..."""
    counts: Counter[str] = Counter()
    for key, parameter in model.named_parameters():
        counts[key.split(".")[0]] += parameter.numel()
    return dict(counts)
