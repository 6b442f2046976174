import numpy as np
import pytest
import torch

from senformer.model.attention.blocks import BlockPattern
from senformer.model.attention.tiles import plan as module
from senformer.model.attention.tiles.plan import Plan

CPU = torch.device("cpu")
# Three blocks of 4 in 10 bins; the first row is full.
PAIRS = np.array([[0, 0], [0, 1], [0, 2], [1, 1], [2, 0], [2, 2]])


def meetings(plan: Plan, elements: int) -> torch.Tensor:
    """Return how often each row meets each column, positions as the layout has them."""
    layout = plan.layout
    n = layout.first_token + layout.n_tokens + (-layout.n_tokens % layout.block)
    places = torch.arange(n).view(1, 1, -1, 1)
    count = torch.zeros(n, n, dtype=torch.int64)
    is_global = plan.is_global_row(CPU)
    for cut in plan._make(CPU, elements):
        rows, columns = (axis.take(places)[0, 0, :, :, 0] for axis in (cut.rows, cut.columns))
        there = torch.ones(len(columns), 1, columns.shape[1], dtype=torch.int64)
        if cut.hidden is not None:
            hidden = cut.hidden if cut.hidden.ndim == 3 else cut.hidden[:, None]
            there = (~hidden).long()
        there = there.expand(-1, rows.shape[1], -1).clone()
        if cut.skips_global_rows:
            there[is_global[0, 0, rows, 0]] = 0
        index = (rows[:, :, None].expand_as(there), columns[:, None].expand_as(there))
        count.index_put_(index, there, accumulate=True)
    return count


@pytest.mark.parametrize("elements", [1, 50, 10_000])
@pytest.mark.parametrize("n_tokens", [0, 3])
@pytest.mark.parametrize("global_bins", [[], [1, 5, 6, 9]])
@pytest.mark.parametrize("masked_share", [0.5, 1.0])
def test_cuts__every_allowed_pair_once(elements, n_tokens, global_bins, masked_share, monkeypatch):
    monkeypatch.setattr(module, "MASKED_SHARE", masked_share)
    plan = Plan(BlockPattern(10, 4, PAIRS, np.array(global_bins, dtype=np.int64)), n_tokens)
    count = meetings(plan, elements)
    positions = [*range(10), *range(12, 12 + n_tokens)]
    allowed = torch.zeros(len(positions), len(positions), dtype=torch.bool)
    for query, key in PAIRS.tolist():
        allowed[4 * query : min(10, 4 * query + 4), 4 * key : min(10, 4 * key + 4)] = True
    allowed[global_bins, :10] = True
    allowed[:10, global_bins] = True
    allowed[10:] = True
    allowed[:, 10:] = True
    assert torch.equal(count[positions][:, positions], allowed.long())
    # Nothing meets the padding.
    assert not count[positions].sum(0)[[p for p in range(len(count)) if p not in positions]].any()


def test_plan__splits_full_from_sparse_rows():
    plan = Plan(BlockPattern(10, 4, PAIRS))
    assert (plan.full_blocks, plan.sparse_blocks) == ((0,), (1, 2))
    assert plan.key_blocks.tolist() == [[1, -1], [0, 2]]


def test_plan__all_full():
    plan = Plan(BlockPattern(3, 3, np.zeros((1, 2), dtype=np.int64)))
    assert plan.full_blocks == (0,)
    assert plan.key_blocks.size == 0


def test_is_masked__short_windows_that_are_nearly_full(monkeypatch):
    # Six of nine pairs of blocks may meet.
    plan, full = Plan(BlockPattern(10, 4, PAIRS)), Plan(BlockPattern(3, 3, np.zeros((1, 2), dtype=np.int64)))
    assert not plan.is_masked
    assert not full.is_masked
    monkeypatch.setattr(module, "MASKED_SHARE", 0.6)
    assert plan.is_masked
    assert not Plan(BlockPattern(10, 4, PAIRS, np.array([5]))).is_masked
    monkeypatch.setattr(module, "_MASKED_BINS", 9)
    assert not plan.is_masked


def test_global_rows__those_of_sparse_blocks():
    assert Plan(BlockPattern(10, 4, PAIRS, np.array([1, 5, 9]))).global_rows.tolist() == [5, 9]


def test_cuts__made_once_for_a_device_and_a_size():
    plan = Plan(BlockPattern(10, 4, PAIRS))
    assert plan.cuts(CPU, 6) is plan.cuts(CPU, 6)
    assert plan.cuts(torch.device("meta"), 6) is not plan.cuts(CPU, 6)


def test_cuts__no_larger_than_memory_allows(monkeypatch):
    monkeypatch.setattr(module, "TILE_ELEMENTS", {"cpu": 6 * 4000})
    plan = Plan(BlockPattern(3000, 3000, np.zeros((1, 2), dtype=np.int64)))
    for cut in plan.cuts(CPU, 6):
        assert cut.rows.size * cut.columns.size <= 4000
    assert sum(cut.rows.size * cut.columns.size for cut in plan.cuts(CPU, 6)) == 3000**2
