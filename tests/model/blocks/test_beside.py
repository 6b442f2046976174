import torch
from torch import nn

from senformer.model.blocks.beside import Collected, Joined, Projected, Residual


def test_beside__added_or_put_beside():
    layer = nn.Linear(3, 3)
    x = torch.randn(2, 5, 3)
    torch.testing.assert_close(Residual(layer)(x), x + layer(x))
    torch.testing.assert_close(Joined(nn.Linear(3, 2))(x)[..., :3], x)
    assert Joined(nn.Linear(3, 2))(x).shape == (2, 5, 5)


def test_beside__another_width_by_a_shortcut_and_outputs_of_all():
    x = torch.randn(2, 5, 3)
    wide, way = nn.Linear(3, 4), nn.Linear(3, 4)
    torch.testing.assert_close(Projected([wide], shortcut=way)(x), wide(x) + way(x))
    layers = nn.Linear(3, 3), nn.Linear(3, 2)
    torch.testing.assert_close(
        Collected(*layers)(x), torch.cat([layers[0](x), layers[1](layers[0](x))], dim=-1)
    )
