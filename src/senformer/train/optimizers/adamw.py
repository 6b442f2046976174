"""Adam with weight decay apart from the gradient (``OPTIMIZERS["adamw"]``).

Source: Loshchilov, Hutter 2019, arXiv:1711.05101; the decay is times the learning rate, as in torch.
"""

import torch

from senformer.train.config import TrainConfig
from senformer.train.optimizers.adam import ADAM, AdamOptions
from senformer.train.optimizers.kind import Groups, OptimizerKind
from senformer.train.optimizers.shared_count import share_count


def build(groups: Groups, config: TrainConfig, options: AdamOptions) -> torch.optim.AdamW:
    """Return the optimizer of ``groups``."""
    found = torch.optim.AdamW(groups, lr=config.learning_rate, betas=config.betas, eps=config.eps, fused=True)
    if options.bias_correction == "shared":
        share_count(found)
    return found


ADAMW = OptimizerKind(AdamOptions, build, ADAM.parts, reads=ADAM.reads)
