"""What the settings of a recipe ask of one another and of the model, checked before anything is written."""

import torch

from senformer.model import create_model
from senformer.train.config import TrainConfig
from senformer.train.optimizer import make_schedule, optimizer_kind
from senformer.train.plan import Plan
from senformer.train.rates import rate_factors


def refuse_unfit_recipe(config: TrainConfig, plan: Plan) -> None:
    """Raise unless optimizer, schedule and learning rates are possible for the model.

    Raises
    ------
    ConfigError
        The first fault.
    """
    make_schedule(config)
    optimizer_kind(config)
    if config.rates:
        with torch.device("meta"):
            names = [name for name, _ in create_model(plan.name, **plan.overrides).named_parameters()]
        rate_factors(names, config)
