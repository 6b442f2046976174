"""An engine around the tiny model, for tests of one part of training."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from tests.train.toy import MODEL

from senformer.dataset import Dataset
from senformer.model import create_model
from senformer.train import TrainConfig
from senformer.train.average import Average
from senformer.train.engine import Engine
from senformer.train.losses import LOSSES
from senformer.train.machine import accelerator
from senformer.train.optimizer import make_optimizer
from senformer.train.plan import make_plan
from senformer.train.rates import freeze


@contextmanager
def tiny_engine(config: TrainConfig, datasets: Mapping[str, Dataset], seed: int = 5) -> Iterator[Engine]:
    plan = make_plan(MODEL, config, datasets)
    dtype = torch.bfloat16 if config.precision == "bf16" else torch.float32
    with torch.random.fork_rng(), accelerator(torch.device("cpu"), dtype) as prepared:
        torch.manual_seed(seed)
        created = create_model(plan.name, **plan.overrides).train()
        freeze(created, config)
        model = prepared.prepare_model(created)
        average = None if config.ema is None else Average(model)
        yield Engine(
            prepared, model, make_optimizer(model, config), LOSSES[config.loss], config, average=average
        )


def weights(engine: Engine) -> dict[str, torch.Tensor]:
    return {key: tensor.clone() for key, tensor in engine.model.state_dict().items()}
