"""Which (query, key) pairs may meet, as pairs of blocks."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64

from senformer.core.config import Config


class AttentionConfig(Config):
    """Base of every kind's configuration; ``kind`` is its name in ``ATTENTIONS``."""

    kind: str


@dataclass(frozen=True)
class BlockPattern:
    """Allowed pairs of blocks of one layer.

    ``pairs`` holds (query block, key block) rows, each once, in order; every bin of the one block sees
    every bin of the other. Block ``i`` holds the bins from ``i * block_bins``; the last may be shorter.
    """

    n_bins: int
    block_bins: int
    pairs: Int64[np.ndarray, "pair 2"]

    @property
    def n_blocks(self) -> int:
        """Blocks of the window, the last perhaps ragged."""
        return -(-self.n_bins // self.block_bins)

    def keys_of(self, block: int) -> Int64[np.ndarray, " key"]:
        """Return the key blocks of one query block, in order."""
        low, high = np.searchsorted(self.pairs[:, 0], [block, block + 1])
        return self.pairs[low:high, 1]
