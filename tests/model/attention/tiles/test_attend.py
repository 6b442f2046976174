import numpy as np
import pytest
import torch
from tests.oracles.attention import dense_attention, dense_mask

from senformer.core.errors import DataError
from senformer.model.attention.blocks import BlockPattern
from senformer.model.attention.tiles.attend import attend
from senformer.model.attention.tiles.plan import Plan

PAIRS = np.array([[0, 0], [0, 2], [1, 0], [1, 1], [1, 2], [2, 2]])
GLOBAL = np.array([2, 9])


def make_operands(n_bins: int, n_tokens: int) -> list[torch.Tensor]:
    """Return query, two biases, key, value, relative keys."""
    torch.manual_seed(0)
    places = n_bins + n_tokens
    shapes = [(2, 3, places, 5), (2, 5), (2, 5), (2, 3, places, 5), (2, 3, places, 7), (2, 2 * n_bins - 1, 5)]
    return [torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in shapes]


def oracle(plan: Plan, query, u, w, key, value, relative):
    u, w = u[:, None, None], w[:, None, None]
    return dense_attention(
        query + u, query + w, key, value, relative, dense_mask(plan.pattern, plan.n_tokens)
    )


@pytest.mark.parametrize("n_tokens", [0, 2])
@pytest.mark.parametrize("global_bins", [GLOBAL[:0], GLOBAL])
def test_attend__any_pattern_of_blocks(n_tokens, global_bins):
    plan, operands = Plan(BlockPattern(11, 4, PAIRS, global_bins), n_tokens), make_operands(11, n_tokens)
    found, expected = attend(plan, *operands), oracle(plan, *operands)
    torch.testing.assert_close(found, expected)
    direction = torch.randn_like(expected)
    for got, want in zip(
        torch.autograd.grad(found, operands, direction),
        torch.autograd.grad(expected, operands, direction),
        strict=True,
    ):
        torch.testing.assert_close(got, want)


def test_attend__relative_keys_from_a_function():
    plan, operands = Plan(BlockPattern(11, 4, PAIRS, GLOBAL)), make_operands(11, 0)
    relative = torch.cat([operands[5], torch.zeros(2, 30, 5)], dim=1)  # far distances are asked for, too
    with torch.no_grad():
        found = attend(plan, *operands[:5], lambda distances: relative[:, (distances + 10) % 51])
    torch.testing.assert_close(found, oracle(plan, *operands).detach())


def test_attend__many_bfloat16_parts_add_up():
    # Every query block adds to the keys of block 0: a sum in bfloat16 would lose the later parts.
    n_blocks = 200
    pairs = np.array([[i, j] for i in range(n_blocks) for j in sorted({0, i})])
    plan = Plan(BlockPattern(4 * n_blocks, 4, pairs))
    torch.manual_seed(0)
    n = 4 * n_blocks
    shapes = [(1, 1, n, 8), (1, 8), (1, 8), (1, 1, n, 8), (1, 1, n, 8), (1, 2 * n - 1, 8)]
    operands = [torch.randn(shape).bfloat16().requires_grad_() for shape in shapes]
    (found,) = torch.autograd.grad(attend(plan, *operands).float().sum(), operands[4])
    wide = [x.detach().double().requires_grad_() for x in operands]
    (expected,) = torch.autograd.grad(attend(plan, *wide).sum(), wide[4])
    torch.testing.assert_close(found[:, :, :4].double(), expected[:, :, :4], rtol=0.02, atol=0)


@pytest.mark.parametrize("global_bins", [GLOBAL[:0], np.array([900])])
def test_attend__many_bfloat16_cuts_of_a_row_join(global_bins, monkeypatch):
    # Equal weights and values of 1 in the first half, 3 in the second: the mean is 2. Added up in bfloat16
    # the mean of a row in 600 cuts would stop at 1.
    n, n_blocks = 1200, 300
    monkeypatch.setattr("senformer.model.attention.tiles.plan.TILE_ELEMENTS", {"cpu": 8})
    monkeypatch.setattr("senformer.model.attention.tiles.global_cuts._SPAN", 2)
    # The first block, or the global bin, sees all; every other block sees itself.
    first = [] if len(global_bins) else [[0, key] for key in range(1, n_blocks)]
    pairs = np.array([[0, 0], *first, *([block, block] for block in range(1, n_blocks))])
    plan = Plan(BlockPattern(n, 4, pairs, global_bins))
    value = torch.ones(1, 1, n, 3)
    value[:, :, n // 2 :] = 3
    zeros = [torch.zeros(1, 1, n, 2), torch.zeros(1, 2), torch.zeros(1, 2), torch.zeros(1, 1, n, 2)]
    operands = [x.bfloat16() for x in (*zeros, value, torch.zeros(1, 2 * n - 1, 2))]
    rows = global_bins if len(global_bins) else np.arange(4)
    with torch.no_grad():
        found = attend(plan, *operands)[0, 0, rows].float()
    torch.testing.assert_close(found, torch.full_like(found, 2.0), atol=0.02, rtol=0)


def test_attend__refuses_second_derivatives():
    operands = make_operands(11, 0)
    out = attend(Plan(BlockPattern(11, 4, PAIRS)), *operands)
    with pytest.raises(DataError, match="second derivatives are not computed"):
        torch.autograd.grad(out.sum(), operands[0], create_graph=True)


def test_attend__leaves_the_generator_alone_without_dropout():
    operands = make_operands(11, 0)
    state = torch.get_rng_state()
    attend(Plan(BlockPattern(11, 4, PAIRS)), *operands)
    assert torch.equal(torch.get_rng_state(), state)
    attend(Plan(BlockPattern(11, 4, PAIRS)), *operands, dropout=0.5)
    assert not torch.equal(torch.get_rng_state(), state)
