import torch
from torch import nn

from senformer.model.blocks.beside import Joined, Residual


def test_beside__added_or_put_beside():
    layer = nn.Linear(3, 3)
    x = torch.randn(2, 5, 3)
    torch.testing.assert_close(Residual(layer)(x), x + layer(x))
    torch.testing.assert_close(Joined(nn.Linear(3, 2))(x)[..., :3], x)
    assert Joined(nn.Linear(3, 2))(x).shape == (2, 5, 5)
