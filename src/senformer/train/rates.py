"""Learning rates by layer: the factor of every parameter, and the groups that an optimizer takes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from math import prod
from typing import Any

from torch import nn

from senformer.core.config import nearest
from senformer.core.errors import ConfigError
from senformer.model.parts import ADAPTERS, is_part, named_parts
from senformer.train.config import TrainConfig

_HEADS = "heads"


def layers_of(names: Sequence[str]) -> dict[str, str]:
    """Return the layer that each parameter belongs to: blocks of a list each, the heads as one.

    What a list has beside its blocks, learned tokens for instance, enters with the first of them.

    Examples
    --------
    >>> names = ["stem.bias", "tower.tokens", "tower.0.bias", "tower.1.bias", "heads.a.bias", "heads.b.bias"]
    >>> list(layers_of(names).values())
    ['stem', 'tower.0', 'tower.0', 'tower.1', 'heads', 'heads']
    """
    places = {name: name.removeprefix(ADAPTERS).split(".") for name in names}
    lists = {place[0] for place in places.values() if _is_block(place)}
    return {
        name: ".".join(place[:2]) if _is_block(place) else f"{place[0]}.0" if place[0] in lists else place[0]
        for name, place in places.items()
    }


def _is_block(place: Sequence[str]) -> bool:
    return len(place) > 1 and place[1].isdigit()


def rate_factors(names: list[str], config: TrainConfig) -> dict[str, float]:
    """Return the factor on the learning rate of each parameter; 0 is frozen.

    Layers from the heads down have 1, ``layer_decay``, its square and so on; every pattern of ``rates`` that
    names a parameter multiplies what it has.

    Raises
    ------
    ConfigError
        A pattern names no parameter, or nothing would train.
    """
    layer_of = layers_of(names)
    for pattern in config.rates:
        if not any(is_part(name, pattern) for name in names):
            known = {part for name in names for part in (name, layer_of[name], name.split(".")[0])}
            todo = nearest(pattern.removesuffix(".*"), known)
            raise ConfigError("E620", "train.rates", f"{pattern!r} names no parameter of the model", todo)
    # Heads are last wherever a model has registered them.
    layers = sorted(dict.fromkeys(layer_of.values()), key=lambda layer: layer == _HEADS)
    depth = {layer: len(layers) - 1 - place for place, layer in enumerate(layers)}
    factors = {}
    for name in names:
        # Sorted: the order in which a file names them does not count, to the last bit.
        given = [factor for pattern, factor in sorted(config.rates.items()) if is_part(name, pattern)]
        factors[name] = config.layer_decay ** depth[layer_of[name]] * prod(given)
    if not any(factors.values()):
        raise ConfigError("E621", "train.rates", "no parameter trains", "Give some a factor above 0.")
    return factors


def refuse_idle_rates(names: list[str], config: TrainConfig, trained: Collection[str]) -> None:
    """Raise unless every pattern of ``rates`` changes the rate of something that trains.

    Parameters
    ----------
    names
        All parameters.
    config
        With its ``rates``.
    trained
        Parameters that train whatever the rates are.

    Raises
    ------
    ConfigError
        The first pattern that names nothing but what is frozen without it.
    """
    for pattern in config.rates:
        zeros = [other for other, factor in config.rates.items() if factor == 0 and other != pattern]
        meant = [name for name in names if is_part(name, pattern) and name in trained]
        if all(any(is_part(name, zero) for zero in zeros) for name in meant):
            found = f"{pattern!r} has no effect: all that it names is frozen without it"
            raise ConfigError("E677", "train.rates", found, "Leave it out, or let some of that train.")


def refuse_idle_organisms(factors: Mapping[str, float], organisms: Iterable[str]) -> None:
    """Raise unless something trains in every update, whichever organism has its turn.

    Raises
    ------
    ConfigError
        The rates are 0 in all that an organism's update goes through.
    """
    for organism in organisms:
        if not any(factor and takes_part(name, organism) for name, factor in factors.items()):
            found = f"no parameter trains in an update of {organism!r}"
            todo = f"Give heads.{organism}, or a part of the trunk, a factor above 0."
            raise ConfigError("E621", "train.rates", found, todo)


def takes_part(name: str, organism: str) -> bool:
    """Say whether a parameter has a part in an update of an organism: it is of the trunk or of its head."""
    return not name.startswith(f"{_HEADS}.") or name.split(".")[1] == organism


def is_decayed(name: str, n_dimensions: int, decay_all: bool) -> bool:
    """Say whether weight decay pulls at a parameter: by default not at biases, nor at scales of norms.

    Those are the parameters of one dimension, and the biases of attention, which have two.
    """
    return decay_all or (n_dimensions > 1 and not name.endswith("bias"))


def freeze(model: nn.Module, config: TrainConfig) -> None:
    """Take the parameters whose factor is 0 out of the gradient."""
    parameters = named_parts(model)
    for name, factor in rate_factors(list(parameters), config).items():
        if factor == 0:
            parameters[name].requires_grad_(False)


def parameter_groups(model: nn.Module, config: TrainConfig) -> list[dict[str, Any]]:
    """Return the parameters that train, grouped by ``factor`` and ``weight_decay``."""
    parameters = named_parts(model)
    groups: dict[tuple[float, float], dict[str, Any]] = {}
    for name, factor in rate_factors(list(parameters), config).items():
        if factor == 0:
            continue
        decayed = is_decayed(name, parameters[name].ndim, config.decay_all)
        decay = config.weight_decay if decayed else 0.0
        group = {"params": [], "factor": factor, "weight_decay": decay}
        groups.setdefault((factor, decay), group)["params"].append(parameters[name])
    return list(groups.values())
