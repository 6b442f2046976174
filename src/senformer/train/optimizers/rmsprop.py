"""RMSprop (``OPTIMIZERS["rmsprop"]``), Basset's and DanQ's.

Source: Tieleman, Hinton 2012, lecture 6.5; torch's form, whose ``eps`` is added to the root.
"""

import torch
from pydantic import Field

from senformer.core.config import Config
from senformer.train.config import TrainConfig
from senformer.train.optimizers.kind import Groups, OptimizerKind


class RmspropOptions(Config):
    """Options of ``rmsprop``; ``eps`` is a key of the ``train`` section.

    Attributes
    ----------
    alpha
        Share of the mean square that goes on; ``rho`` in Keras.
    """

    alpha: float = Field(default=0.99, ge=0, lt=1)


def build(groups: Groups, config: TrainConfig, options: RmspropOptions) -> torch.optim.RMSprop:
    """Return the optimizer of ``groups``."""
    return torch.optim.RMSprop(groups, lr=config.learning_rate, alpha=options.alpha, eps=config.eps)


RMSPROP = OptimizerKind(RmspropOptions, build, ("step", "square_avg"), reads=("eps",))
