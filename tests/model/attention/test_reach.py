import numpy as np
import pytest
import torch
from tests.contracts import attention as contract
from tests.oracles.attention import dense_mask

from senformer.model.attention.bigbird import BigBirdConfig, bigbird_pairs
from senformer.model.attention.blocks import BlockPattern
from senformer.model.attention.reach import (
    NEVER,
    head_patterns,
    layer_pattern,
    layers_to_reach,
    meets,
    union,
    without_global_blocks,
)

RIGHT = np.array([[0, 0], [0, 1], [1, 1], [1, 2], [2, 2], [2, 3], [3, 3]])
LEFT = np.array([[0, 0], [1, 0], [1, 1], [2, 1], [2, 2], [3, 2], [3, 3]])


def bigbird(n_blocks, layer, **config):
    return BlockPattern(4 * n_blocks, 4, bigbird_pairs(BigBirdConfig(**config), n_blocks, layer))


def test_layers_to_reach__a_step_a_layer():
    found = layers_to_reach([BlockPattern(7, 2, RIGHT)] * 2)
    assert found.tolist() == [
        [1, 1, 2, NEVER],
        [NEVER, 1, 1, 2],
        [NEVER, NEVER, 1, 1],
        [NEVER, NEVER, NEVER, 1],
    ]


def test_layers_to_reach__order_of_the_layers():
    # To the right first, then to the left: block 3 hears of 2, which has heard of 3 and of itself alone.
    found = layers_to_reach([BlockPattern(8, 2, RIGHT), BlockPattern(8, 2, LEFT)])
    assert found.tolist() == [[1, 1, NEVER, NEVER], [2, 1, 1, NEVER], [NEVER, 2, 1, 1], [NEVER, NEVER, 2, 1]]


def test_layers_to_reach__without_the_own_block():
    # Bins of a block that does not see itself meet through the other block.
    pattern = BlockPattern(4, 2, np.array([[0, 1], [1, 0]]))
    assert layers_to_reach([pattern]).tolist() == [[NEVER, 1], [1, NEVER]]
    assert layers_to_reach([pattern] * 2).tolist() == [[2, 1], [1, 2]]


def test_layers_to_reach__dense_is_one_layer():
    assert layers_to_reach([contract.make_layer("dense").pattern(50)]).tolist() == [[1]]


def test_layers_to_reach__bigbird_is_two_layers():
    found = layers_to_reach([bigbird(60, layer) for layer in range(2)])
    assert set(np.unique(found)) == {1, 2}
    assert layers_to_reach([bigbird(60, layer, global_blocks=0) for layer in range(2)]).min() == NEVER


@pytest.mark.parametrize("layer_of", [lambda number: number, lambda number: 0])
def test_layers_to_reach__equals_products_of_masks(layer_of):
    config = {"global_blocks": 0, "random_blocks": 1, "seed": 2}
    patterns = [bigbird(23, layer_of(number), **config) for number in range(4)]
    bins = torch.eye(4 * 23, dtype=torch.bool)
    layers = layers_to_reach(patterns)
    for number, pattern in enumerate(patterns, 1):
        # A bin keeps what it had (the residual) and adds what its keys had.
        bins = bins | (dense_mask(pattern).float() @ bins.float() > 0)
        expected = bins.view(23, 4, 23, 4)[:, 0, :, 1].numpy()
        np.testing.assert_array_equal((layers != NEVER) & (layers <= number), expected)
    assert layers.max() == 4


@pytest.mark.parametrize("tokens", [0, 2])
def test_layers_to_reach__global_bins_and_tokens(tokens):
    named = np.zeros(0, dtype=np.int64) if tokens else np.array([5])
    patterns = [BlockPattern(7, 2, RIGHT, named), BlockPattern(7, 2, LEFT, named)]
    found = layers_to_reach(patterns, tokens)
    assert found.tolist() == [[1, 1, 2, 2], [2, 1, 1, 2], [2, 2, 1, 1], [2, 2, 2, 1]]
    # The masks say the same: no pair but the global bin's own meets at once, and every pair in two layers.
    first, second = (dense_mask(pattern, tokens).float() for pattern in patterns)
    assert bool((second @ first)[:7, :7].all())


def test_layer_pattern__joins_the_heads():
    layer = contract.make_layer("bigbird_2022", block_bins=2)
    heads = [layer.pattern(40, None, head).keys_of(12) for head in range(contract.HEADS)]
    found = layer_pattern(layer, 40, np.array([3]))
    assert found.keys_of(12).tolist() == sorted(set(np.concatenate(heads).tolist()))
    assert found.global_bins.tolist() == [3]


def test_layers_to_reach__2022_needs_the_global_blocks_on_the_right():
    def random_keys(kind, config):
        layers = [contract.make_layer(kind, layer=number, **config) for number in range(2)]
        patterns = [layer_pattern(layer, 40 * 2) for layer in layers]
        assert set(np.unique(layers_to_reach(patterns))) == {1, 2}
        # Blocks more than one away from the ends and from each other that meet in one layer.
        direct = {tuple(pair) for pair in patterns[0].pairs.tolist()}
        return [(i, j) for i, j in direct if 1 < i < 38 and 1 < j < 38 and abs(i - j) > 1]

    assert max(j for _, j in random_keys("bigbird_2022", {"block_bins": 2})) == 9
    assert max(j for _, j in random_keys("bigbird", {"block_bins": 2})) > 30


def test_union__pairs_once_in_order():
    found = union([BlockPattern(8, 2, RIGHT), BlockPattern(8, 2, LEFT), BlockPattern(8, 2, RIGHT)])
    assert found.keys_of(1).tolist() == [0, 1, 2]
    assert len(found.pairs) == 10


@pytest.mark.parametrize("patterns", [[], [BlockPattern(8, 2, RIGHT), BlockPattern(7, 2, RIGHT)]])
def test_union__windows_that_differ(patterns):
    with pytest.raises(ValueError, match="of one window, one size of block, the same global bins"):
        union(patterns)


def test_meets__rows_see_columns():
    assert np.argwhere(meets(BlockPattern(7, 2, RIGHT))).tolist() == RIGHT.tolist()


def test_without_global_blocks__keeps_neighbors_and_random_blocks():
    seen = np.eye(5, dtype=bool)
    seen[0], seen[:, 0] = True, True
    seen[1, 4] = True
    found = meets(without_global_blocks(BlockPattern(15, 3, np.argwhere(seen))))
    assert found[0].tolist() == [True, True, False, False, False]
    assert found[1].tolist() == [True, True, False, False, True]
    assert found[3].tolist() == [False, False, False, True, False]


def test_without_global_blocks__dense_has_none():
    pattern = BlockPattern(8, 2, np.argwhere(np.ones((4, 4), dtype=bool)))
    assert meets(without_global_blocks(pattern)).all()


def test_head_patterns__one_where_all_heads_share_it():
    assert len(head_patterns(contract.make_layer("bigbird"), 50)) == 1
    layer = contract.make_layer("bigbird_2022")
    assert len(head_patterns(layer, 50)) == layer.sizes.n_heads
