"""How many trained values each part of a model has."""

from collections import Counter

import torch

from senformer.core.config import Config
from senformer.model.network import Enformer
from senformer.model.zoo import MODELS


def empty_model(name: str, config: Config) -> Enformer:
    """Return the model without memory for its values."""
    with torch.device("meta"):
        return MODELS[name].build(name, config)


def count_parameters(name: str, config: Config) -> dict[str, int]:
    """Return the trained values of each part, in the model's order: stem, tower, transformer..."""
    counts: Counter[str] = Counter()
    for key, parameter in empty_model(name, config).named_parameters():
        counts[key.split(".")[0]] += parameter.numel()
    return dict(counts)
