"""The block pattern of the S-Enformer of 2022, for comparison only; ``bigbird_2022`` in ``ATTENTIONS``.

Its random blocks are drawn to the left alone: with 12 or more blocks only blocks 1 to 9, or 1 to 15 for four
lengths, are ever drawn, so that a bin further right is seen from afar through the global blocks alone. Take
``bigbird`` for a model of your own.

The draws are those of the published generator, in its order and from numpy's legacy generator; but the seed
is a child of the configuration's and of the layer's number, where the published one was unseeded. Enformer's
projections and relative positions are kept (the published attention had no positions), so that the pattern
alone is what is compared. A pattern is a set: where the published code draws a block that is seen anyway
(the last one, at 16 blocks) it counts its keys twice in the softmax, and here they count once.

Source: the published pattern is that of Zaheer et al. 2020, arXiv:2007.14062, in its released code (idea
and order of draws only).
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from jaxtyping import Int64
from pydantic import Field

from senformer.core.seeding import child_seed
from senformer.model.attention.blocks import AttentionConfig, BlockPattern
from senformer.model.attention.relative import RelativeAttention

_RANDOM_BLOCKS = 3
# Of the usual plan: the first blocks, from which random ones are drawn.
_PLAN_BLOCKS = 11
# Of the other plan: the lengths that have it, in blocks, the length that is always drawn, and the last block
# that may be drawn.
_OTHER_LENGTHS, _OTHER_BLOCKS, _OTHER_LAST = (16, 32, 48, 64), 64, 15


class BigBird2022Config(AttentionConfig):
    """For comparison with the S-Enformer of 2022 only; ``bigbird`` draws from the whole window.

    Attributes
    ----------
    block_bins
        Bins a block; 64 as published.
    seed
        Of the random blocks; with the layer's number it fixes them.
    """

    kind: Literal["bigbird_2022"] = "bigbird_2022"
    block_bins: int = Field(64, ge=1)
    seed: int = Field(0, ge=0)


def _row_draw(source: np.random.RandomState, row: int, plan_blocks: int) -> list[int]:
    """Draw for one row and head: the first blocks of a permutation that the row does not see anyway."""
    seen = {row - 1, row, row + 1, 0, plan_blocks - 1}
    # Corners of the published code.
    if row == 1:
        seen.add(plan_blocks - 2)
    if row == plan_blocks - 2:
        seen.add(1)
    drawn = source.permutation(plan_blocks).tolist()
    return [block for block in drawn if block not in seen][:_RANDOM_BLOCKS]


def _other_candidates(row: int) -> Sequence[int]:
    """Return the blocks from which the other plan draws for a row."""
    left, last = range(1, row - 1), _OTHER_LAST
    if row in (1, 2):
        return range(row + 2, last + 1)
    if row >= _OTHER_BLOCKS - 3 or row - 2 > last:
        return range(1, last + 1)
    if row + 1 == last:
        return left
    return [*left, *range(row + 2, last + 1)]


def _other_plan(source: np.random.RandomState) -> list[list[int]]:
    """Draw all rows of one head, whatever the window's length."""
    rows = range(1, _OTHER_BLOCKS - 1)
    return [source.permutation(list(_other_candidates(row)))[:_RANDOM_BLOCKS].tolist() for row in rows]


def random_blocks(
    source: np.random.RandomState, n_blocks: int, n_heads: int, other_plan: bool
) -> list[list[list[int]]]:
    """Return the random blocks of each head and each row from 1 to ``n_blocks - 2``.

    Parameters
    ----------
    source
        The generator; the published code took numpy's global one.
    n_blocks, n_heads
        Of the layer.
    other_plan
        Whether the length is one of four for which the published code has another plan.
    """
    if other_plan:
        return [_other_plan(source)[: n_blocks - 2] for _ in range(n_heads)]
    # The published plan needs 12 blocks or more. In a shorter window its rule is kept, over all blocks.
    plan_blocks = min(n_blocks, _PLAN_BLOCKS)
    rows = [[_row_draw(source, row, plan_blocks) for _ in range(n_heads)] for row in range(1, n_blocks)]
    return [[row[head] for row in rows[: max(0, n_blocks - 2)]] for head in range(n_heads)]


def _head_pairs(drawn: list[list[int]], n_blocks: int) -> Iterator[tuple[int, int]]:
    last = n_blocks - 1
    for query in range(n_blocks):
        if query in (0, last):
            keys = set(range(n_blocks))
        else:
            keys = {0, query - 1, query, query + 1, last, *drawn[query - 1]}
        yield from ((query, key) for key in sorted(keys))


@lru_cache(maxsize=32)
def bigbird_2022_pairs(
    config: BigBird2022Config, n_bins: int, n_heads: int, layer: int
) -> tuple[Int64[np.ndarray, "pair 2"], ...]:
    """Return for each head the (query block, key block) pairs of one layer, each once, in order."""
    n_blocks, rest = divmod(n_bins, config.block_bins)
    other_plan = not rest and n_blocks in _OTHER_LENGTHS
    n_blocks += bool(rest)
    # The legacy generator takes 32 bits; its draws are fixed for all releases of numpy.
    source = np.random.RandomState(child_seed(config.seed, "bigbird_2022", layer) % 2**32)
    drawn = random_blocks(source, n_blocks, n_heads, other_plan)
    return tuple(np.array(list(_head_pairs(head, n_blocks)), dtype=np.int64).reshape(-1, 2) for head in drawn)


class BigBird2022Attention(RelativeAttention):
    """Enformer's attention under the published pattern, another one for each head. For comparison only."""

    config_class = BigBird2022Config
    per_head = True

    def pattern(
        self, n_bins: int, global_bins: Int64[np.ndarray, " bin"] | None = None, head: int = 0
    ) -> BlockPattern:
        """Return the pairs that may meet in one head."""
        block_bins = min(self.config.block_bins, n_bins)
        pairs = bigbird_2022_pairs(self.config, n_bins, self.sizes.n_heads, self.layer)[head]
        if global_bins is None:
            return BlockPattern(n_bins, block_bins, pairs)
        return BlockPattern(n_bins, block_bins, pairs, global_bins)
