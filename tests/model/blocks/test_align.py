import torch

from senformer.model.blocks.align import from_first_base

N = 4


def one_hot(codes):
    return torch.eye(5, 4)[torch.tensor(codes)]


def test_from_first_base__wherever_the_sequence_lies():
    given = [[N, N, 2, N, 0], [2, N, 0, N, N], [N, 2, N, 0, N], [N] * 5, [3, 2, 1, 0, 3]]
    found, moved, lengths = from_first_base(one_hot(given))
    expected = [[2, N, 0, N, N]] * 3 + [[N] * 5, [3, 2, 1, 0, 3]]
    assert torch.equal(found, one_hot(expected))
    assert moved.tolist() == [2, 0, 1, 5, 0]
    assert lengths.tolist() == [3, 3, 3, 0, 5]
