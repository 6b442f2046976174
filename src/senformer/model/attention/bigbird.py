"""BigBird attention: a window, random blocks and what is global; ``bigbird`` in ``ATTENTIONS``.

Global are the first and the last block, bins that the batch names (starts of transcription, say), and
learned tokens.

Source: Zaheer et al. 2020, arXiv:2007.14062 (pattern); Enformer's relative positions are kept, and
random blocks are drawn over the whole window, unlike in the 2022 S-Enformer.
"""

from functools import lru_cache
from typing import Literal

import numpy as np
from jaxtyping import Int64
from pydantic import Field, field_validator

from senformer.core.seeding import child_seed
from senformer.model.attention.blocks import AttentionConfig, BlockPattern
from senformer.model.attention.relative import RelativeAttention


class BigBirdConfig(AttentionConfig):
    """Which blocks meet.

    Attributes
    ----------
    block_bins
        Bins a block.
    window_blocks
        Blocks around a query block that it sees, its own among them; odd.
    global_blocks
        Blocks that see and are seen by all: 0 none, 1 the first, 2 the first and the last.
    random_blocks
        Further blocks that each query block sees, drawn from the whole window.
    seed
        Of the random blocks; with the layer's number and the window's length it fixes them.
    """

    kind: Literal["bigbird"] = "bigbird"
    block_bins: int = Field(64, ge=1)
    window_blocks: int = Field(3, ge=1)
    global_blocks: int = Field(2, ge=0, le=2)
    random_blocks: int = Field(3, ge=0)
    seed: int = Field(0, ge=0)

    @field_validator("window_blocks")
    @classmethod
    def _odd(cls, value: int) -> int:
        if value % 2 == 0:
            raise ValueError("must be odd, for the window is centered on the query's own block")
        return value


def _draw(source: np.random.PCG64, n_blocks: int, covered: set[int], wanted: int) -> set[int]:
    """Draw blocks that are not covered yet; raw words, so that no numpy release changes them."""
    wanted = min(wanted, n_blocks - len(covered))
    drawn: set[int] = set()
    while len(drawn) < wanted:
        block = int(source.random_raw()) % n_blocks
        if block not in covered:
            drawn.add(block)
    return drawn


@lru_cache(maxsize=128)
def bigbird_pairs(config: BigBirdConfig, n_blocks: int, layer: int) -> Int64[np.ndarray, "pair 2"]:
    """Return the (query block, key block) pairs of one layer, each once, in order."""
    source = np.random.PCG64(child_seed(config.seed, "bigbird", layer, n_blocks))
    global_blocks = {0, n_blocks - 1} if config.global_blocks == 2 else set(range(config.global_blocks))
    reach = config.window_blocks // 2
    pairs = []
    for query in range(n_blocks):
        if query in global_blocks:
            keys = set(range(n_blocks))
        else:
            near = set(range(max(0, query - reach), min(n_blocks, query + reach + 1)))
            keys = near | global_blocks
            keys |= _draw(source, n_blocks, keys, config.random_blocks)
        pairs += [(query, key) for key in sorted(keys)]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


class BigBirdAttention(RelativeAttention):
    """Enformer's attention under BigBird's pattern. Memory and time are linear in the window."""

    config_class = BigBirdConfig
    takes_global_bins = True

    def pattern(
        self, n_bins: int, global_bins: Int64[np.ndarray, " bin"] | None = None, head: int = 0
    ) -> BlockPattern:
        """Return the pairs that may meet; the same for the same seed, layer and number of blocks."""
        block_bins = min(self.config.block_bins, n_bins)
        n_blocks = -(-n_bins // block_bins)
        pairs = bigbird_pairs(self.config, n_blocks, self.layer)
        if global_bins is None:
            return BlockPattern(n_bins, block_bins, pairs)
        return BlockPattern(n_bins, block_bins, pairs, global_bins)
