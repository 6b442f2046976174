import pytest
import torch

from senformer.core.errors import DataError
from senformer.train.average import Average, kept_share
from senformer.train.config import TrainConfig


def _model():
    torch.manual_seed(4)
    return torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))


def _move(model, seed):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator))


def test_follow__is_the_recurrence():
    model = _model()
    average = Average(model)
    wanted = {name: p.detach().double().clone() for name, p in model.named_parameters()}
    for step in range(1, 9):
        _move(model, step)
        average.follow(0.75)
        for name, parameter in model.named_parameters():
            wanted[name] = 0.75 * wanted[name] + 0.25 * parameter.detach().double()
    for name, tensor in average.tensors.items():
        torch.testing.assert_close(tensor.double(), wanted[name], rtol=1e-5, atol=1e-6)


def test_kept_share__warm_up():
    config = TrainConfig(steps=1, ema=0.9, ema_warmup=True)
    # 2/11, 3/12, ... until (1 + step) / (10 + step) passes 0.9 at step 80
    assert [kept_share(config, step) for step in (1, 2, 80, 10_000)] == pytest.approx(
        [2 / 11, 3 / 12, 0.9, 0.9]
    )
    assert kept_share(TrainConfig(steps=1, ema=0.9), 1) == 0.9


def test_in_place__swaps_the_weights_and_gives_them_back():
    model = _model()
    average = Average(model)
    _move(model, 1)
    own = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    with pytest.raises(ZeroDivisionError), average.in_place():
        assert all(torch.equal(p, average.tensors[name]) for name, p in model.named_parameters())
        assert torch.equal(model[1].running_mean, own["1.running_mean"])
        raise ZeroDivisionError
    assert all(torch.equal(tensor, own[key]) for key, tensor in model.state_dict().items())


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"0.bias": torch.zeros(3)}, r"'0.bias' is \(3,\), the model of this run has \(2,\)"),
        ({"x": torch.zeros(3)}, r"'x' is \(3,\), the model of this run has none"),
    ],
)
def test_load__other_tensors_named(change, text):
    average = Average(_model())
    with pytest.raises(DataError, match=text):
        average.load(average.tensors | change, "run/average")


def test_load__gives_the_average_back():
    average, other = Average(_model()), Average(_model())
    average.tensors["0.bias"].fill_(7.0)
    other.load(average.tensors, "here")
    assert torch.equal(other.tensors["0.bias"], average.tensors["0.bias"])


def test_average__leaves_out_what_is_frozen():
    model = _model()
    model[0].weight.requires_grad_(False)
    average = Average(model)
    assert set(average.tensors) == {"0.bias", "1.weight", "1.bias"}
    _move(model[1], 3)
    average.follow(0.5)
    frozen = model[0].weight.clone()
    with average.in_place():
        assert torch.equal(model[0].weight, frozen)
        assert torch.equal(model[1].bias, average.tensors["1.bias"])
