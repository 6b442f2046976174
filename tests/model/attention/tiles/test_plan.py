import numpy as np

from senformer.model.attention.blocks import BlockPattern
from senformer.model.attention.tiles.plan import Plan


def test_plan__splits_full_from_sparse_rows():
    pairs = np.array([[0, 0], [0, 1], [0, 2], [1, 1], [2, 0], [2, 2]])
    plan = Plan(BlockPattern(10, 4, pairs))
    assert (plan.full_blocks, plan.sparse_blocks) == ((0,), (1, 2))
    assert plan.key_blocks.tolist() == [[1, -1], [0, 2]]


def test_plan__all_full():
    plan = Plan(BlockPattern(3, 3, np.zeros((1, 2), dtype=np.int64)))
    assert plan.full_blocks == (0,)
    assert plan.key_blocks.numel() == 0
