import hashlib

import numpy as np
import pytest
from tests.contracts import attention as contract

from senformer.model.attention.bigbird_2022 import BigBird2022Config, bigbird_2022_pairs, random_blocks

HEADS = 8
# Length in bins: SHA-256 (its beginning) of the published generator's draws after np.random.seed(12345), as
# little-endian int64 (head, row, 3), each row sorted. Drawn with the released code.
PUBLISHED = {
    512: "fd2b8fc399255de1",
    1024: "1539fa67fd4825d5",
    1536: "cdfcd429bc880057",
    2048: "61e6572507b2c602",
    3072: "258ec3764fcc461e",
    4096: "ca96893614c1a40d",
    4608: "202b519907d10ecc",
}


# Whole blocks; a ragged last block; fewer than 12 blocks; one block; one bin; the other plan.
@pytest.mark.parametrize("n_bins", [26, 25, 9, 2, 1, 32])
def test_bigbird_2022__equals_the_oracle(n_bins):
    contract.equals_dense_under_its_pattern(contract.make_layer("bigbird_2022", block_bins=2), n_bins)


@pytest.mark.parametrize("key", [0, 9, 21])
def test_bigbird_2022__sees_its_pattern_alone(key):
    contract.sees_its_pattern_alone(contract.make_layer("bigbird_2022", block_bins=2), 25, key)


def test_bigbird_2022__named_bins_and_tokens():
    module = contract.make_layer("bigbird_2022", block_bins=2, learned_tokens=2)
    contract.equals_dense_under_its_pattern(module, 25, contract.named_bins(25))


def test_bigbird_2022__memory_is_linear(monkeypatch):
    monkeypatch.setattr("senformer.model.attention.tiles.plan.TILE_ELEMENTS", {"cpu": 6 * 32 * 200})
    small, large = (
        contract.largest_tensor(contract.make_layer("bigbird_2022", block_bins=8), n) for n in (200, 400)
    )
    assert large <= 2.1 * small
    assert large < 400**2


def test_bigbird_2022__dropout_rate():
    contract.drops_weights_at_its_rate("bigbird_2022", block_bins=2)


def test_bigbird_2022__dropout_gradient():
    contract.backward_draws_the_same_weights("bigbird_2022", block_bins=2)


@pytest.mark.parametrize("n_bins", PUBLISHED)
def test_random_blocks__equals_the_published_generator(n_bins):
    n_blocks = n_bins // 64
    drawn = random_blocks(np.random.RandomState(12345), n_blocks, HEADS, n_blocks in (16, 32, 48, 64))
    rows = np.sort(drawn, axis=-1).astype("<i8")
    assert rows.shape == (HEADS, n_blocks - 2, 3)
    assert hashlib.sha256(rows.tobytes()).hexdigest()[:16] == PUBLISHED[n_bins]


def keys_of(n_bins, **config):
    """Return for each head and query block the set of its key blocks."""
    heads = bigbird_2022_pairs(BigBird2022Config(**config), n_bins, HEADS, 0)
    n_blocks = int(heads[0].max()) + 1
    return [[set(pairs[pairs[:, 0] == query, 1].tolist()) for query in range(n_blocks)] for pairs in heads]


@pytest.mark.parametrize(
    ("n_bins", "density"),
    [(1536, 0.385), (2048, 0.295), (3072, 0.200), (4608, 0.135), (6144, 0.102), (12288, 0.052)],
)
def test_bigbird_2022_pairs__published_density(n_bins, density):
    for pairs in bigbird_2022_pairs(BigBird2022Config(), n_bins, 2, 0):
        assert len(pairs) / (n_bins // 64) ** 2 == pytest.approx(density, abs=6e-4)


def test_bigbird_2022_pairs__rows():
    for rows in keys_of(1536):
        assert rows[0] == rows[23] == set(range(24))
        # The second row from either end sees three neighbors, the far end and three random blocks.
        assert {0, 1, 2, 23} <= rows[1]
        assert {0, 21, 22, 23} <= rows[22]
        assert len(rows[1]) == len(rows[22]) == 7
        for query in range(2, 22):
            assert {0, query - 1, query, query + 1, 23} <= rows[query]
            assert len(rows[query]) == 8


@pytest.mark.parametrize(
    ("n_bins", "last"), [(1536, 9), (6144, 9), (2048, 15), (4096, 15), (1500, 9), (2049, 9)]
)
def test_bigbird_2022_pairs__random_blocks_lie_to_the_left(n_bins, last):
    drawn = set()
    for rows in keys_of(n_bins):
        for query in range(1, len(rows) - 1):
            drawn |= rows[query] - {0, query - 1, query, query + 1, len(rows) - 1}
    assert drawn == set(range(1, last + 1))


def test_bigbird_2022_pairs__a_block_drawn_twice_counts_once():
    sizes = {len(keys) for rows in keys_of(1024) for keys in rows[2:14]}
    assert sizes == {7, 8}  # 7 where the last block, which all see, was drawn


@pytest.mark.parametrize("n_bins", [1, 3, 4, 5, 8, 9, 13, 20, 32, 44, 45])
def test_bigbird_2022_pairs__short_windows(n_bins):
    for rows in keys_of(n_bins, block_bins=4):
        for query, keys in enumerate(rows):
            near = {key for key in range(len(rows)) if abs(key - query) <= 1}
            assert near | {0, len(rows) - 1} <= keys <= set(range(len(rows)))
            assert query in (0, len(rows) - 1) or len(keys) <= len(near | {0, len(rows) - 1}) + 3


def test_bigbird_2022_pairs__fixed_by_seed_and_layer():
    config = BigBird2022Config(seed=7)
    first = bigbird_2022_pairs(config, 1536, HEADS, 2)
    bigbird_2022_pairs.cache_clear()
    np.testing.assert_array_equal(first[3], bigbird_2022_pairs(config, 1536, HEADS, 2)[3])
    assert not np.array_equal(first[3], first[4])
    assert not np.array_equal(first[3], bigbird_2022_pairs(config, 1536, HEADS, 3)[3])
    assert not np.array_equal(first[3], bigbird_2022_pairs(BigBird2022Config(), 1536, HEADS, 2)[3])


def test_bigbird_2022_pairs__golden():
    # Written by this function; a change here means that saved models see other blocks.
    pairs = bigbird_2022_pairs(BigBird2022Config(block_bins=2, seed=5), 26, 2, 1)[1]
    assert [pairs[pairs[:, 0] == query, 1].tolist() for query in (9, 10, 11)] == [
        [0, 2, 6, 7, 8, 9, 10, 12],
        [0, 2, 6, 7, 9, 10, 11, 12],
        [0, 2, 6, 8, 10, 11, 12],
    ]
