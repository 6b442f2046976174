import math

import pytest
import torch

from senformer.core.errors import DataError
from senformer.train.config import TrainConfig
from senformer.train.optimizer import learning_rate, load_optimizer, make_optimizer, optimizer_tensors


def _model(seed=3):
    torch.manual_seed(seed)
    return torch.nn.ModuleDict({"a": torch.nn.Linear(3, 2), "b": torch.nn.Linear(2, 5)})


def _update(model, optimizer, names=("a", "b")):
    optimizer.zero_grad(set_to_none=True)
    x = torch.arange(12.0).reshape(4, 3)
    y = model["a"](x)
    (model["b"](y) if "b" in names else y).square().mean().backward()
    optimizer.step()


def test_learning_rate__warm_up_then_constant():
    config = TrainConfig(steps=9, learning_rate=8e-4, warmup_steps=4)
    # 1/4, 2/4, 3/4, then all of it
    assert [learning_rate(config, step) for step in range(1, 7)] == pytest.approx(
        [2e-4, 4e-4, 6e-4, 8e-4, 8e-4, 8e-4]
    )


def test_learning_rate__no_warm_up():
    assert learning_rate(TrainConfig(steps=9, learning_rate=8e-4, warmup_steps=0), 1) == 8e-4


def test_learning_rate__cosine_ends_above_zero():
    config = TrainConfig(steps=7, learning_rate=1.0, warmup_steps=4, schedule="cosine")
    # after the warm-up four updates, at 0/4, 1/4, 2/4, 3/4 of the half wave
    wanted = [0.5 * (1 + math.cos(math.pi * i / 4)) for i in range(4)]
    assert [learning_rate(config, step) for step in range(4, 8)] == pytest.approx(wanted)


@pytest.mark.parametrize("warmup_steps", [0, 1])
def test_learning_rate__a_schedule_without_warm_up_begins_whole(warmup_steps):
    config = TrainConfig(steps=4, learning_rate=1.0, warmup_steps=warmup_steps, schedule="linear")
    assert [learning_rate(config, step) for step in range(1, 5)] == pytest.approx([1.0, 0.75, 0.5, 0.25])


def test_make_optimizer__formula_of_adam():
    model = _model()
    before = model["a"].weight.detach().clone()
    optimizer = make_optimizer(model, TrainConfig(steps=9, learning_rate=1e-2))
    _update(model, optimizer)
    gradient = model["a"].weight.grad
    # first update: both moments corrected for their start give g / (|g| + eps)
    wanted = before - 1e-2 * gradient / (gradient.abs() + 1e-8)
    assert torch.allclose(model["a"].weight, wanted, atol=1e-7)


@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_make_optimizer__eps_is_that_of_the_settings(name):
    model = _model()
    before = model["a"].weight.detach().clone()
    optimizer = make_optimizer(model, TrainConfig(steps=9, learning_rate=1e-2, optimizer=name, eps=0.5))
    _update(model, optimizer)
    gradient = model["a"].weight.grad
    assert torch.allclose(model["a"].weight, before - 1e-2 * gradient / (gradient.abs() + 0.5), atol=1e-7)


def test_optimizer_tensors__none_for_what_was_never_updated():
    model = _model()
    optimizer = make_optimizer(model, TrainConfig(steps=9))
    _update(model, optimizer, names=("a",))
    assert set(optimizer_tensors(model, optimizer)) == {
        f"{part}.a.{name}" for part in ("step", "exp_avg", "exp_avg_sq") for name in ("weight", "bias")
    }


@pytest.mark.parametrize("names", [("a",), ("a", "b")])
def test_load_optimizer__goes_on_bit_for_bit(names):
    model, config = _model(), TrainConfig(steps=9, learning_rate=1e-2)
    optimizer = make_optimizer(model, config)
    _update(model, optimizer, names)
    tensors = {key: value.clone() for key, value in optimizer_tensors(model, optimizer).items()}
    other = _model()
    other.load_state_dict(model.state_dict())
    resumed = make_optimizer(other, config)
    load_optimizer(other, resumed, tensors, "here")
    for _ in range(3):
        _update(model, optimizer)
        _update(other, resumed)
    for key, value in model.state_dict().items():
        assert torch.equal(other.state_dict()[key], value), key


def test_load_optimizer__other_shape_named():
    model = _model()
    optimizer = make_optimizer(model, TrainConfig(steps=9))
    _update(model, optimizer)
    tensors = optimizer_tensors(model, optimizer) | {"exp_avg.b.weight": torch.zeros(5, 4)}
    with pytest.raises(DataError) as caught:
        load_optimizer(model, optimizer, tensors, "run/step")
    assert "run/step: tensor 'exp_avg.b.weight' is (5, 4), the model of this run has (5, 2)" in str(
        caught.value
    )


def test_load_optimizer__missing_and_unknown_named():
    model = _model()
    optimizer = make_optimizer(model, TrainConfig(steps=9))
    _update(model, optimizer)
    tensors = optimizer_tensors(model, optimizer)
    extra = tensors | {"exp_avg.c.weight": torch.zeros(1)}
    with pytest.raises(
        DataError, match=r"tensor 'exp_avg.c.weight' is \(1,\), the model of this run has none"
    ):
        load_optimizer(model, optimizer, extra, "x")
    del tensors["exp_avg_sq.a.bias"]
    with pytest.raises(
        DataError, match=r"tensor 'exp_avg_sq.a.bias' is missing, the model of this run has \(2,\)"
    ):
        load_optimizer(model, optimizer, tensors, "x")
