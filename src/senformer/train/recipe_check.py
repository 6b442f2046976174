"""What the settings of a recipe ask of one another and of the model, checked before anything is written."""

from collections.abc import Iterable, Mapping

import torch
from torch import nn

from senformer.core.config import nearest
from senformer.core.errors import ConfigError
from senformer.dataset.examples import AnyDataset
from senformer.model import create_model
from senformer.model.blocks.batch_norm import BatchNorm
from senformer.model.blocks.block import DenseBlock
from senformer.model.create import model_config
from senformer.model.parts import named_parts
from senformer.train.config import TrainConfig
from senformer.train.finetune.freezing import Freezing
from senformer.train.idle import refuse_idle, refuse_unread
from senformer.train.losses import LOSSES
from senformer.train.optimizer import make_schedule, optimizer_kind
from senformer.train.plan import Plan
from senformer.train.rates import rate_factors, refuse_idle_organisms, refuse_idle_rates
from senformer.train.scores import refuse_unknown_scores


def refuse_unfit_recipe(
    config: TrainConfig, plan: Plan, datasets: Mapping[str, AnyDataset], n_processes: int = 1
) -> None:
    """Raise unless optimizer, schedule, rates, metrics and parts of batches are possible.

    Raises
    ------
    ConfigError
        The first fault.
    """
    schedule = make_schedule(config)
    optimizer_kind(config)
    refuse_idle(config)
    if plan.start is None:
        refuse_unread(model_config(plan.name, plan.overrides), "model")
    metrics = [("select", config.select)]
    if config.stop is not None:
        metrics.append(("stop.metric", config.stop.metric))
    if schedule.watched is not None:
        metrics.append(("schedule_options.metric", schedule.watched))
    refuse_unknown_scores(metrics, datasets)
    for key in ("organism_weights", "example_weights"):
        for organism in getattr(config, key):
            if organism not in datasets:
                found = f"there is no organism {organism!r}"
                raise ConfigError("E625", f"train.{key}", found, nearest(organism, datasets))
    if config.organisms == "joint" and len(datasets) == 1:
        found = f"joint has no effect: there is one dataset, of {next(iter(datasets))!r}"
        raise ConfigError("E676", "train.organisms", found, "Leave it out, or give a second --data.")
    if LOSSES[config.loss].mean_of is None:
        found = f"the {config.loss} loss compares a whole batch, it is no mean of its parts' losses"
        if config.accumulate > 1:
            raise ConfigError("E626", "train.accumulate", found, "Take accumulate: 1, or another loss.")
        if n_processes > 1:
            raise ConfigError("E626", "train.loss", found, "Launch one process, or take another loss.")
    if config.max_norm is not None and config.parallel == "fsdp" and n_processes > 1:
        found = "needs whole weights, which parallel: fsdp shares out"
        raise ConfigError("E626", "train.max_norm", found, "Take parallel: ddp.")
    if config.max_norm is not None and config.finetune is not None and config.finetune.adapters is not None:
        found = "is for whole weights; of those with an adapter the two factors train, not their product"
        raise ConfigError("E626", "train.max_norm", found, "Leave it out, or train without adapters.")
    if config.rates:
        _refuse_unfit_rates(config, plan, datasets)
    if config.accumulate == config.batch_size and config.organisms != "joint" and n_processes == 1:
        _refuse_norms_of_one_window(config, plan)


def _model_of(config: TrainConfig, plan: Plan) -> nn.Module:
    with torch.device("meta"):
        model = create_model(plan.name, **plan.overrides)
    if plan.start is not None:
        plan.start.adapt(model, config.seed)
    return model.train()


def _refuse_norms_of_one_window(config: TrainConfig, plan: Plan) -> None:
    """Raise where batch statistics would be of one value: of one window, behind all of its positions."""
    model = _model_of(config, plan)
    if config.finetune is not None:
        # Sets norms to evaluation that are frozen throughout.
        Freezing(model, config.finetune)
    layers = [layer for layer in model.modules() if isinstance(layer, DenseBlock)]
    if any(isinstance(step, BatchNorm) and step.training for layer in layers for step in layer):
        key = "accumulate" if config.accumulate > 1 else "batch_size"
        found = f"leaves the batch norms of {plan.name} one window at a time, which has no variance"
        raise ConfigError("E626", f"train.{key}", found, "Take a batch_size of twice accumulate, or more.")


def _refuse_unfit_rates(config: TrainConfig, plan: Plan, organisms: Iterable[str]) -> None:
    model = _model_of(config, plan)
    names = list(named_parts(model))
    factors = rate_factors(names, config)
    if config.finetune is not None:
        trained = Freezing(model, config.finetune).phases[-1].trained
    else:
        trained = set(names)
        refuse_idle_organisms(factors, organisms)
    refuse_idle_rates(names, config, trained)
