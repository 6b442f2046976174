import numpy as np
import torch

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


def test_tables__copied_to_a_device_once():
    plan = Plan(BlockPattern(10, 4, np.array([[0, 0], [0, 1], [0, 2], [1, 1], [2, 0], [2, 2]])))
    for device in (torch.device("cpu"), torch.device("meta")):
        sparse, keys = plan.tables(device)
        assert (sparse.device, keys.device) == (device, device)
        again = plan.tables(device)
        assert again[0] is sparse
        assert again[1] is keys
    sparse, keys = plan.tables(torch.device("cpu"))
    assert (sparse.tolist(), keys.tolist()) == ([1, 2], [[1, -1], [0, 2]])
