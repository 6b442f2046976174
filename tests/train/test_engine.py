from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tests.train.engine import tiny_engine
from tests.train.toy import MODEL, settings

from senformer.core.errors import DeviceError
from senformer.dataset.batch import Batch
from senformer.genome.interval import Interval
from senformer.model import create_model
from senformer.train.batches import make_batches
from senformer.train.engine import Engine, memory_errors
from senformer.train.losses import LOSSES
from senformer.train.machine import accelerator
from senformer.train.optimizer import make_optimizer
from senformer.train.plan import make_plan
from senformer.train.step import take_step


def _batch(human, config):
    return make_batches(human, make_plan(MODEL, config, human), config)["human"].batch(0)


def test_memory_errors__say_what_does_not_fit(human):
    config = settings()
    batch = _batch(human, config)
    with (
        tiny_engine(config, human) as engine,
        pytest.raises(DeviceError) as caught,
        memory_errors(engine, [batch, batch]),
    ):
        raise torch.OutOfMemoryError("CUDA out of memory")
    assert "batches of 4 windows of 2,048 bp do not fit. Lower batch_size" in str(caught.value)


def test_part__replicas_talk_in_the_last_one_alone():
    silent = nullcontext()
    shared = SimpleNamespace(replicas=SimpleNamespace(no_sync=lambda: silent))
    assert Engine.part(shared, is_last=False) is silent
    assert Engine.part(shared, is_last=True) is not silent
    assert isinstance(Engine.part(SimpleNamespace(replicas=None), is_last=False), nullcontext)


def test_loss_of__weights_of_tracks_and_examples(human):
    config = settings()
    batch = _batch(human, config)
    with tiny_engine(config, human) as engine:
        _, targets = engine.tensors(batch)
        prediction = torch.rand(targets.shape, generator=torch.Generator().manual_seed(1)) + 0.1
        track = torch.arange(1.0, targets.shape[-1] + 1)
        object.__setattr__(engine, "weights", {"human": track})
        object.__setattr__(batch, "weights", np.array([2.0, 0.5], dtype=np.float32))
        found = engine.loss_of("human", prediction, targets, batch)
    p, y = prediction.double(), targets.double()
    terms = (p - y * torch.log(p + 1e-7)) * track * torch.tensor([2.0, 0.5])[:, None, None]
    assert found.item() == pytest.approx(terms.nanmean().item(), rel=1e-5)


def test_loss_of__log_rates_of_what_the_model_predicts(human):
    config = settings(loss="multinomial_mse")
    batch = _batch(human, config)
    with tiny_engine(config, human) as engine:
        inputs, targets = engine.tensors(batch)
        linear = engine.predict(inputs, ["human"])["human"]
        found = engine.loss_of("human", linear, targets, batch)
        wanted = LOSSES["multinomial_mse"](engine.model.activate(linear).log(), targets)
    assert found.item() == pytest.approx(wanted.item(), rel=1e-5)


def test_take_step__a_control_beside_which_most_rates_vanish():
    """One base has nearly all of the profile: rates elsewhere are 0 in fp32, their logarithms are not."""
    torch.manual_seed(0)
    model = create_model("bpnet", window_bp=60, channels=4, dilations=[2], heads={"cells": 2}).train()
    with torch.no_grad():
        model.heads["cells"].control_profile.fill_(0.2)
    rng = np.random.default_rng(1)
    control = np.zeros((2, 60, 2), np.float32)
    control[:, 30] = 600.0
    codes, counts = rng.integers(0, 4, (2, 60)).astype(np.uint8), rng.poisson(2.0, (2, 60, 2))
    places = tuple(Interval("chr1", 0, 60) for _ in range(2))
    batch = Batch(codes, counts.astype(np.float32), places, inputs={"control": control})
    config = settings(loss="multinomial_mse")
    with accelerator(torch.device("cpu"), torch.float32) as prepared:
        engine = Engine(prepared, model, make_optimizer(model, config), LOSSES[config.loss], config)
        assert (model({"sequence": torch.as_tensor(codes), "control": control})["cells"] == 0).any()
        assert 0 < take_step(engine, 1, {"cells": batch}).loss < float("inf")
