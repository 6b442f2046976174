import pytest
import torch
from tests.model.adapters.toy import SIZES, adapt, codes, stir, tiny

from senformer.model import load_model
from senformer.model.adapters import merge_adapters
from senformer.model.adapters.merge import is_adapted


@pytest.mark.parametrize("name", SIZES)
def test_merge_adapters__outputs_stay_and_the_model_is_plain(name, tmp_path):
    model = tiny(name)
    plain = {key: tuple(tensor.shape) for key, tensor in model.state_dict().items()}
    adapt(model)
    stir(model)
    adapted = model(codes())["a"]
    n_adapters = sum(map(is_adapted, model.modules()))
    assert merge_adapters(model) == n_adapters > 0
    assert {key: tuple(tensor.shape) for key, tensor in model.state_dict().items()} == plain
    assert torch.equal(model(codes())["a"], adapted)
    model.save(tmp_path / "model")
    assert torch.equal(load_model(tmp_path / "model")(codes())["a"], adapted)


def test_merge_adapters__without_any_changes_nothing():
    model = tiny("enformer")
    before = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    assert merge_adapters(model) == 0
    assert all(torch.equal(tensor, before[key]) for key, tensor in model.state_dict().items())
