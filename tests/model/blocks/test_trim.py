import torch

from senformer.model.blocks.trim import Trim


def test_trim__drops_at_the_right():
    x = torch.randn(2, 7, 3)
    assert torch.equal(Trim(2)(x), x[:, :5])
    assert Trim(2).out_length(7) == 5
