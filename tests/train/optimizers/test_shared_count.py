import torch
from tests.train.optimizers.updates import config, make_model

from senformer.train.optimizer import make_optimizer

SHARED = config(optimizer_options={"bias_correction": "shared"})


def _update(model, optimizer, names):
    for name, parameter in model.named_parameters():
        parameter.grad = torch.ones_like(parameter) if name in names else None
    optimizer.step()


def test_share_count__goes_on_for_what_is_skipped():
    model = make_model()
    optimizer = make_optimizer(model, SHARED)
    for names in (["a.weight"], ["a.weight", "b.weight"], ["b.weight"]):
        _update(model, optimizer, names)
    assert {float(state["step"]) for state in optimizer.state.values()} == {3.0}


def test_share_count__begins_late_for_what_was_frozen():
    model = make_model()
    optimizer = make_optimizer(model, SHARED)
    model["b"].weight.requires_grad_(False)
    _update(model, optimizer, ["a.weight"])
    assert not optimizer.state[model["b"].weight]
    model["b"].weight.requires_grad_(True)
    _update(model, optimizer, ["a.weight", "b.weight"])
    assert float(optimizer.state[model["b"].weight]["step"]) == 2.0
