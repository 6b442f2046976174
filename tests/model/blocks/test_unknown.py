import torch

from senformer.model.blocks.unknown import Unknown


def test_unknown__shares_of_each_base_and_margins():
    x = torch.tensor([[[0.0, 0, 1, 0], [0, 0, 0, 0]]])
    n = [0.25] * 4
    assert Unknown(margin=1)(x).tolist() == [[n, [0, 0, 1, 0], n, n]]
    assert Unknown(share=0.5)(x)[0, 1].tolist() == [0.5] * 4
