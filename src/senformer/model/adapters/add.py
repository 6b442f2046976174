"""Give a model adapters."""

from collections.abc import Iterator

import torch
from torch import nn
from torch.nn.utils import parametrize

from senformer.core.errors import ConfigError
from senformer.core.seeding import child_seed
from senformer.model.adapters.config import AdaptersConfig, AttentionAdapters, ConvolutionAdapters
from senformer.model.adapters.low_rank import LowRank
from senformer.model.attention.base import Attention
from senformer.model.convolution import Convolution
from senformer.model.parts import names_in

_TOWER = "tower."


def add_adapters(model: nn.Module, config: AdaptersConfig, seed: int, where: str = "adapters") -> None:
    """Add to chosen weights of a model a low-rank part that begins at zero.

    The names of tensors change (``NAME.parametrizations.weight.original`` and beside it ``0.down`` and
    ``0.up``) until :func:`merge_adapters` makes the model plain again.

    Parameters
    ----------
    model
        Any model of ``MODELS``; changed.
    config
        Which weights.
    seed
        What is drawn for a weight depends on it and on the weight's name alone.
    where
        What asks for them, for messages.

    Raises
    ------
    ConfigError
        A target is no part of the model, or a rank is larger than a weight has.
    """
    for name, module, choice in _targets(model, config, where):
        weight = module.get_parameter("weight")
        largest = min(weight.shape[0], weight[0].numel())
        if choice.rank > largest:
            found = f"is {choice.rank}, {name}.weight of shape {tuple(weight.shape)} has at most {largest}"
            raise ConfigError("E635", f"{where}: rank", found, "Give a smaller rank.")
        generator = torch.Generator().manual_seed(child_seed(seed, "adapter", name))
        part = LowRank(weight, choice.rank, choice.alpha, generator)
        parametrize.register_parametrization(module, "weight", part)


def _targets(
    model: nn.Module, config: AdaptersConfig, where: str
) -> Iterator[tuple[str, nn.Module, AttentionAdapters | ConvolutionAdapters]]:
    if config.attention is not None:
        layers = [name for name, module in model.named_modules() if isinstance(module, Attention)]
        if not layers:
            todo = "Leave attention out of the adapters."
            raise ConfigError("E634", f"{where}.attention", "the model has no attention layer", todo)
        for name in layers:
            for target in config.attention.targets:
                path = f"{name}.{target}"
                yield path, model.get_submodule(path), config.attention
    if config.convolution is not None:
        modules = dict(model.named_modules())
        known = [n for n, m in modules.items() if n.startswith(_TOWER) and isinstance(m, Convolution)]
        chosen = names_in(config.convolution.targets, known, f"{where}.convolution.targets")
        for name in known:
            if name in chosen:
                yield name, modules[name], config.convolution
