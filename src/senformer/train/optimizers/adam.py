"""Adam (``OPTIMIZERS["adam"]``), Enformer's; its weight decay is added to the gradient.

Source: Kingma, Ba 2015, arXiv:1412.6980.
"""

from typing import Literal

import torch

from senformer.core.config import Config
from senformer.train.config import TrainConfig
from senformer.train.optimizers.kind import Groups, OptimizerKind
from senformer.train.optimizers.shared_count import share_count


class AdamOptions(Config):
    """Options of ``adam``; ``betas`` and ``eps`` are keys of the ``train`` section.

    Attributes
    ----------
    bias_correction
        By the updates ``per_parameter``, or one count ``shared`` by all, as Sonnet's Adam keeps it.
    """

    bias_correction: Literal["per_parameter", "shared"] = "per_parameter"


def build(groups: Groups, config: TrainConfig, options: AdamOptions) -> torch.optim.Adam:
    """Return the optimizer of ``groups``."""
    # The fused kernel does one pass over memory; it is there for CPU and CUDA.
    found = torch.optim.Adam(groups, lr=config.learning_rate, betas=config.betas, eps=config.eps, fused=True)
    if options.bias_correction == "shared":
        share_count(found)
    return found


ADAM = OptimizerKind(AdamOptions, build, ("step", "exp_avg", "exp_avg_sq"), reads=("betas", "eps"))
