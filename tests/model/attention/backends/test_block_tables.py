import numpy as np
import torch

from senformer.model.attention.backends.block_tables import make_tables
from senformer.model.attention.blocks import BlockPattern
from senformer.model.attention.tiles.plan import Plan

FIRST = np.array([[0, 0], [0, 1], [0, 2], [1, 1], [2, 0], [2, 2]])
SECOND = np.array([[0, 2], [1, 0], [1, 1], [2, 2]])
CPU = torch.device("cpu")


def test_make_tables__one_for_all_heads():
    tables = make_tables([Plan(BlockPattern(11, 4, FIRST))], CPU)
    assert tables.slot.tolist() == [[[0, 1, 2], [-1, 3, -1], [4, -1, 5]]]
    assert tables.pairs.query.tolist() == [FIRST[:, 0].tolist()]
    assert tables.pairs.key.tolist() == [FIRST[:, 1].tolist()]
    assert (tables.pairs.n_blocks, tables.pairs.last_bins) == (3, 3)


def test_make_tables__one_a_head():
    tables = make_tables([Plan(BlockPattern(12, 4, pairs)) for pairs in (FIRST, SECOND)], CPU)
    assert tables.pairs.query.shape == (2, 6)
    assert tables.slot[1].tolist() == [[-1, -1, 0], [1, 2, -1], [-1, -1, 3]]
    assert tables.mask.to_dense().tolist() == [(tables.slot >= 0).int().tolist()]


def test_make_tables__the_mask_lists_both_ways():
    mask = make_tables([Plan(BlockPattern(11, 4, FIRST))], CPU).mask
    assert mask.shape == (1, 1, 12, 12)
    assert mask.BLOCK_SIZE == (4, 4)
    assert mask.kv_num_blocks.tolist() == [[[3, 1, 2]]]
    assert mask.kv_indices[0, 0, 2, :2].tolist() == [0, 2]
    # What the backward pass walks: query blocks of each key block.
    assert mask.q_num_blocks.tolist() == [[[2, 2, 2]]]
    assert mask.q_indices[0, 0, 1, :2].tolist() == [0, 1]
    assert mask.q_indices.dtype == mask.kv_indices.dtype == torch.int32


def test_make_tables__a_cpu_asks_the_mask():
    meets = make_tables([Plan(BlockPattern(11, 4, FIRST))], CPU).mask.mask_mod
    row, column = torch.tensor([3, 4, 7, 8]), torch.tensor([11, 3, 7, 4])
    zero = torch.zeros_like(row)
    assert meets(zero, zero, row, column).tolist() == [True, False, True, False]
