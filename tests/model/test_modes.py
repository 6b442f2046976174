import pytest
import torch
from torch import nn

from senformer.model.modes import evaluating, own_types


def test_evaluating__each_module_gets_its_own_mode_back():
    model = nn.Sequential(nn.Dropout(), nn.Sequential(nn.Dropout(), nn.Identity())).train()
    model[1][0].eval()
    before = [module.training for module in model.modules()]
    with pytest.raises(KeyError), evaluating(model):
        assert not any(module.training for module in model.modules())
        raise KeyError
    assert [module.training for module in model.modules()] == before


def test_own_types__autocast_is_off_inside():
    x = torch.randn(3, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert (x @ x.T).dtype == torch.bfloat16
        with own_types(x):
            assert (x @ x.T).dtype == torch.float32
    with own_types(x.to("meta")):
        assert x.dtype == torch.float32
