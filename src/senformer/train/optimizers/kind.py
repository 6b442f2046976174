"""What an optimizer is here: a row of ``OPTIMIZERS``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from senformer.core.config import Config
from senformer.train.config import TrainConfig

Groups = list[dict[str, Any]]


@dataclass(frozen=True)
class OptimizerKind:
    """An optimizer with its options and what it remembers of every parameter.

    Attributes
    ----------
    options_class
        Its options; their fields are the keys of ``optimizer_options``.
    build
        Makes it of groups of parameters, the ``train`` section and the options.
    parts
        Names of the tensors it keeps for a parameter; all but ``step`` have the parameter's shape.
    reads
        Keys of the ``train`` section that not all optimizers read.
    """

    options_class: type[Config]
    build: Callable[[Groups, TrainConfig, Any], torch.optim.Optimizer]
    parts: tuple[str, ...]
    reads: tuple[str, ...] = ()

    @property
    def n_moments(self) -> int:
        """Tensors of a parameter's size that are kept for it, at most."""
        return sum(part != "step" for part in self.parts)
