import torch

from senformer.model.blocks.flatten import Flatten
from senformer.model.blocks.views import Views, turned


def bases(*codes):
    return torch.eye(4)[torch.tensor(codes)]


def test_turned__complements_bases_and_leaves_what_stands_beside_them():
    x = torch.cat([bases(0, 2, 3), torch.tensor([[1.0], [5.0], [7.0]])], dim=-1)
    expected = torch.cat([bases(0, 1, 3), torch.tensor([[7.0], [5.0], [1.0]])], dim=-1)
    assert torch.equal(turned(x), expected)


def test_views__both_strands_of_every_stretch():
    x = bases(0, 2, 3, 3).unsqueeze(0)
    found = Views([Flatten(channels_first=False)], stretch_bp=3)(x)
    stretches = [bases(0, 2, 3), bases(2, 3, 3)]
    expected = [*stretches, *(turned(stretch) for stretch in stretches)]
    assert torch.equal(found, torch.stack([view.flatten() for view in expected]).unsqueeze(0))


def test_views__a_window_no_longer_than_a_stretch_is_one_view():
    x = torch.randn(2, 4, 4)
    layers = Views([Flatten(channels_first=False)], both_strands=False, stretch_bp=9)
    assert torch.equal(layers(x), x.flatten(1).unsqueeze(1))
