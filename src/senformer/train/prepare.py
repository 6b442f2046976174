"""The model of a run on the devices of all its processes, and what an update works with."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from senformer.core.seeding import child_seed
from senformer.model import create_model
from senformer.model.blocks.batch_norm import set_norm_momentum
from senformer.train.average import Average
from senformer.train.bank import fill_bank
from senformer.train.config import TrainConfig
from senformer.train.engine import Engine
from senformer.train.finetune.freezing import Freezing
from senformer.train.finetune.kept_bins import kept_bins
from senformer.train.job import Job
from senformer.train.machine import accelerator
from senformer.train.optimizer import make_optimizer
from senformer.train.plan import Plan
from senformer.train.rates import freeze
from senformer.train.shards import replicate, shard
from senformer.train.team import Team


def network(plan: Plan, config: TrainConfig) -> Any:
    """Create the model from the seed, or at the weights that it begins at."""
    torch.manual_seed(child_seed(config.seed, "weights"))
    model = create_model(plan.name, **plan.overrides)
    if plan.start is not None:
        plan.start.prepare(model, config.seed)
    if config.norm_momentum is not None:
        set_norm_momentum(model, config.norm_momentum)
    return model


@contextmanager
def prepared(job: Job, config: TrainConfig, team: Team) -> Iterator[Engine]:
    """Create the model and put it on the devices of all processes."""
    model = network(job.plan, config)
    fill_bank(model)
    freeze(model, config)
    keep_gib = None if config.finetune is None else config.finetune.keep_gib
    with accelerator(job.device, job.dtype) as found, kept_bins(model, keep_gib):
        # Its own way to share a model hides the names of parameters, and hands all inputs to the device
        # before they are checked. On a GPU torch's fully_shard does so too: the check then waits for it.
        model = found.prepare_model(model.train(), evaluation_mode=True)
        is_sharded = team.size > 1 and config.parallel == "fsdp"
        if is_sharded:
            shard(model, team, job.device)
        freezing = None if config.finetune is None else Freezing(model, config.finetune)
        yield Engine(
            found,
            model,
            make_optimizer(model, config),
            job.loss,
            config,
            {organism: weight.to(found.device) for organism, weight in job.weights.items()},
            {organism: weight.to(found.device) for organism, weight in job.positive_weights.items()},
            freezing,
            None if config.ema is None else Average(model),
            job.teacher,
            team,
            replicate(model) if team.size > 1 and not is_sharded else None,
        )
