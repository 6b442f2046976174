"""Which (query, key) pairs may meet, as pairs of blocks and bins that meet all."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Int64
from pydantic import Field

from senformer.core.config import Config


class AttentionConfig(Config):
    """Base of every kind's configuration.

    Attributes
    ----------
    kind
        Its name in ``ATTENTIONS``.
    learned_tokens
        Learned vectors that pass through the transformer beside the bins: they see and are seen by all.
    """

    kind: str
    learned_tokens: int = Field(default=0, ge=0)


def _no_bins() -> Int64[np.ndarray, " bin"]:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class BlockPattern:
    """Allowed pairs of one layer.

    ``pairs`` holds (query block, key block) rows, each once, in order; every bin of the one block sees
    every bin of the other. Block ``i`` holds the bins from ``i * block_bins``; the last may be shorter.
    Each bin in ``global_bins`` (in order, each once) sees every bin and is seen by every bin besides.
    """

    n_bins: int
    block_bins: int
    pairs: Int64[np.ndarray, "pair 2"]
    global_bins: Int64[np.ndarray, " bin"] = field(default_factory=_no_bins)

    @property
    def n_blocks(self) -> int:
        """Blocks of the window, the last perhaps ragged."""
        return -(-self.n_bins // self.block_bins)

    def keys_of(self, block: int) -> Int64[np.ndarray, " key"]:
        """Return the key blocks of one query block, in order."""
        low, high = np.searchsorted(self.pairs[:, 0], [block, block + 1])
        return self.pairs[low:high, 1]
