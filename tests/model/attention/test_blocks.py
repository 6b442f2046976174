import numpy as np

from senformer.model.attention.blocks import BlockPattern

PAIRS = np.array([[0, 0], [0, 2], [1, 1], [2, 0], [2, 1], [2, 2]])


def test_block_pattern__counts_the_ragged_block():
    assert BlockPattern(9, 4, PAIRS).n_blocks == 3
    assert BlockPattern(12, 4, PAIRS).n_blocks == 3


def test_block_pattern__keys():
    pattern = BlockPattern(9, 4, PAIRS)
    assert [pattern.keys_of(block).tolist() for block in range(3)] == [[0, 2], [1], [0, 1, 2]]
