import torch

from senformer.model.attention.tiles.axis import Span
from senformer.model.attention.tiles.cut import Cut, absent, existing


def test_absent__filled_up_blocks_and_padded_bins():
    # Blocks of four in ten bins: block 2 has two of them.
    found = absent(torch.tensor([[1, -1], [0, 2]]), 4, 10)
    assert (~found).tolist() == [[True] * 4 + [False] * 4, [True] * 6 + [False] * 2]


def test_existing__any_block_in_place_of_none():
    assert existing(torch.tensor([[1, -1], [0, 2]]), 4).index.tolist() == [[1, 0], [0, 2]]


def test_bias__hidden_columns_are_minus_infinity():
    hidden = torch.tensor([[True, False], [False, False], [True, True]])
    bias = Cut(Span(0, 1), Span(0, 2), None, hidden=hidden).bias()
    assert bias.shape == (3, 1, 2)
    assert torch.equal(bias[:, 0] == -torch.inf, hidden)
    assert Cut(Span(0, 1), Span(0, 2), None).bias() is None
    by_row = torch.tensor([[[True, False], [False, False]]])
    assert torch.equal(Cut(Span(0, 2), Span(0, 2), None, hidden=by_row).bias() == -torch.inf, by_row)


def test_split_offsets__pieces():
    taken = torch.arange(2 * 3 * 8 * 5).view(2, 1, 3, 8, 5)
    found = Cut(Span(0, 1), Span(0, 2), Span(0, 2), pieces=2).split_offsets(taken)
    assert found.shape == (2, 3, 2, 4, 5)
    assert torch.equal(found[:, :, 1], taken[:, 0, :, 4:])
