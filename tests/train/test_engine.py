import numpy as np
import pytest
import torch
from tests.train.engine import tiny_engine
from tests.train.toy import MODEL, settings

from senformer.core.errors import DeviceError
from senformer.train.batches import make_batches
from senformer.train.engine import memory_errors
from senformer.train.plan import make_plan


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
