"""Stochastic gradient descent with momentum (``OPTIMIZERS["sgd"]``), Basenji's.

Source: torch's form, in which the rate is applied to the momentum and not kept in it.
"""

import torch
from pydantic import Field, model_validator

from senformer.core.config import Config
from senformer.train.config import TrainConfig
from senformer.train.optimizers.kind import Groups, OptimizerKind


class SgdOptions(Config):
    """Options of ``sgd``.

    Attributes
    ----------
    momentum
        Share of the last direction that goes on.
    dampening
        A gradient enters the momentum with 1 - dampening, the first one whole.
    nesterov
        Look ahead along the momentum.
    """

    momentum: float = Field(default=0.9, ge=0, lt=1)
    dampening: float = Field(default=0.0, ge=0, le=1)
    nesterov: bool = False

    @model_validator(mode="after")
    def _check(self) -> "SgdOptions":
        if self.nesterov and (not self.momentum or self.dampening):
            raise ValueError("nesterov needs a momentum, and no dampening")
        if self.dampening and not self.momentum:
            raise ValueError("dampening has no effect without momentum")
        return self


def build(groups: Groups, config: TrainConfig, options: SgdOptions) -> torch.optim.SGD:
    """Return the optimizer of ``groups``."""
    return torch.optim.SGD(
        groups,
        lr=config.learning_rate,
        momentum=options.momentum,
        dampening=options.dampening,
        nesterov=options.nesterov,
    )


SGD = OptimizerKind(SgdOptions, build, ("momentum_buffer",))
