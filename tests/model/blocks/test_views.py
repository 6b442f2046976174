import torch

from senformer.model.blocks.flatten import Flatten
from senformer.model.blocks.views import Views, turned


def bases(*codes):
    return torch.eye(4)[torch.tensor(codes)]


def test_turned__complements_bases_and_leaves_what_stands_beside_them():
    x = torch.cat([bases(0, 2, 3), torch.tensor([[1.0], [5.0], [7.0]])], dim=-1)
    expected = torch.cat([bases(0, 1, 3), torch.tensor([[7.0], [5.0], [1.0]])], dim=-1)
    assert torch.equal(turned(x), expected)


def test_views__both_strands():
    x = torch.stack([bases(0, 2, 3, 3), bases(1, 1, 0, 2)])
    found = Views([Flatten(channels_first=False)])(x)
    assert torch.equal(found, torch.stack([x.flatten(1), turned(x).flatten(1)], dim=1))
