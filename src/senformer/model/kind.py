"""What a row of ``MODELS`` says of a model."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from torch import nn

from senformer.core.config import Config


@dataclass(frozen=True)
class ModelKind:
    """A named model: how it is built, from which configuration, with which published defaults.

    Attributes
    ----------
    name
        Its key in ``MODELS``.
    summary
        What sets it apart, in one sentence.
    source
        The paper that it is from.
    interpretation
        How its paper asked which bases count, where it did.
    trainer
        How it learns: ``loop`` by gradient, ``fit`` as an estimator.
    build, config_class, defaults
        Class, configuration, and the published values that differ from the configuration's own.
    recipe
        How it was trained: keys of the ``train`` section, and ``epochs``, the passes over the training
        examples at most, in which the patience of ``stop`` and of a plateau counts, too. Empty where those
        keys' own defaults are meant.
    variants
        Other published sizes: overrides by name.
    variant_recipes
        Of variants that were trained in another way, the keys in which their recipe differs.
    deviations
        Where code and paper differ, or this code from both, and what is done here.
    """

    name: str
    summary: str
    build: Callable[[str, Any], nn.Module]
    config_class: type[Config]
    defaults: dict[str, Any]
    trainer: Literal["loop", "fit"]
    source: str
    interpretation: str = ""
    recipe: dict[str, Any] = field(default_factory=dict)
    variants: dict[str, dict[str, Any]] = field(default_factory=dict)
    variant_recipes: dict[str, dict[str, Any]] = field(default_factory=dict)
    deviations: tuple[str, ...] = ()
