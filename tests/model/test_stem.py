import torch

from senformer.model.stem import Stem, one_hot


def test_one_hot__n_is_zeros():
    codes = torch.tensor([[0, 1, 4], [2, 3, 4]], dtype=torch.uint8)
    assert one_hot(codes, torch.float32).tolist() == [
        [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]],
        [[0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]],
    ]


def test_stem__halves_positions():
    assert Stem(6, "attention")(torch.randn(3, 20, 4)).shape == (3, 10, 6)
