import numpy as np
import torch
from tests.oracles.attention import dense_attention, dense_mask

from senformer.model.attention.blocks import BlockPattern
from senformer.model.attention.tiles.attend import attend
from senformer.model.attention.tiles.plan import Plan

PAIRS = np.array([[0, 0], [0, 2], [1, 0], [1, 1], [1, 2], [2, 2]])


def make_operands(n_bins: int) -> list[torch.Tensor]:
    torch.manual_seed(0)
    shapes = [(2, 3, n_bins, 5)] * 3 + [(2, 3, n_bins, 7), (2, 2 * n_bins - 1, 5)]
    return [torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in shapes]


def test_attend__any_pattern_of_blocks():
    pattern, operands = BlockPattern(11, 4, PAIRS), make_operands(11)
    found = attend(Plan(pattern), *operands)
    expected = dense_attention(*operands, dense_mask(pattern))
    torch.testing.assert_close(found, expected)
    direction = torch.randn_like(expected)
    for got, want in zip(
        torch.autograd.grad(found, operands, direction),
        torch.autograd.grad(expected, operands, direction),
        strict=True,
    ):
        torch.testing.assert_close(got, want)


def test_attend__leaves_the_generator_alone_without_dropout():
    operands = make_operands(11)
    state = torch.get_rng_state()
    attend(Plan(BlockPattern(11, 4, PAIRS)), *operands)
    assert torch.equal(torch.get_rng_state(), state)
    attend(Plan(BlockPattern(11, 4, PAIRS)), *operands, dropout=0.5)
    assert not torch.equal(torch.get_rng_state(), state)
