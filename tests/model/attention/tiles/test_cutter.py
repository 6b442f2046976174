import numpy as np
import torch

from senformer.model.attention.blocks import BlockPattern
from senformer.model.attention.tiles.cutter import Cutter
from senformer.model.attention.tiles.plan import Plan

# Three blocks of 4 in 10 bins; the first row is full.
PAIRS = np.array([[0, 0], [0, 1], [0, 2], [1, 1], [2, 0], [2, 2]])


def make_cutter() -> Cutter:
    return Cutter(Plan(BlockPattern(10, 4, PAIRS)), 10, torch.device("cpu"), batch_heads=6)


def test_cutter__gather_and_scatter_are_transposes():
    cutter = make_cutter()
    x = torch.arange(2 * 3 * 12 * 5, dtype=torch.float64).view(2, 3, 12, 5)
    index = torch.tensor([[1, 1], [0, 2]])
    taken = cutter.gather(x, index, 2, 8)
    assert torch.equal(taken[1, 2, 0, :4], x[1, 2, 4:8])
    assert torch.equal(taken[1, 2, 1, 4:], x[1, 2, 8:])
    part, total = torch.randn_like(taken), torch.zeros_like(x)
    cutter.scatter(total, index, part)
    torch.testing.assert_close((taken * part).sum(), (x * total).sum())


def test_cutter__shares_the_tables_of_its_plan():
    plan = Plan(BlockPattern(10, 4, PAIRS))
    one, other = (Cutter(plan, 10, torch.device("cpu"), batch_heads=6) for _ in range(2))
    assert one.key_blocks is other.key_blocks
    assert one.sparse_blocks is other.sparse_blocks


def test_cutter__absent_keys_are_minus_infinity():
    bias = make_cutter().key_bias(slice(0, 2))[:, 0]
    # Block 1 sees itself and a filled-up block; block 2 sees block 0 and its own two bins.
    assert torch.isfinite(bias).tolist() == [[True] * 4 + [False] * 4, [True] * 6 + [False] * 2]


def test_cutter__full_rows_stop_at_the_window():
    assert list(make_cutter().full_rows()) == [(0, 4)]
    pairs = np.array([[0, 0], [1, 0], [1, 1], [1, 2], [2, 0], [2, 1], [2, 2]])
    cutter = Cutter(Plan(BlockPattern(10, 4, pairs)), 10, torch.device("cpu"), 6)
    assert list(cutter.full_rows()) == [(4, 10)]


def test_cutter__memory_cuts_groups(monkeypatch):
    monkeypatch.setattr("senformer.model.attention.tiles.cutter._TILE_ELEMENTS", {"cpu": 6 * 16})
    assert list(make_cutter().sparse_groups()) == [slice(0, 1), slice(1, 2)]
