"""What the settings of a recipe ask of one another and of the model, checked before anything is written."""

import torch

from senformer.model import create_model
from senformer.model.parts import named_parts
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
            model = create_model(plan.name, **plan.overrides)
        if plan.start is not None:
            plan.start.adapt(model, config.seed)
        rate_factors(list(named_parts(model)), config)
