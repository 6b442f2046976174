"""What a row of ``MODELS`` says of a model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from torch import nn

from senformer.core.config import Config


@dataclass(frozen=True)
class ModelKind:
    """A named model: how it is built, from which configuration, with which published defaults.

    ``trainer`` says how it learns: ``loop`` by gradient, ``fit`` as an estimator.
    """

    name: str
    build: Callable[[str, Any], nn.Module]
    config_class: type[Config]
    defaults: dict[str, Any]
    trainer: Literal["loop", "fit"]
    source: str
