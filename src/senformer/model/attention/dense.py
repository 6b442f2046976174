"""Dense attention: every bin sees every bin; ``dense`` in ``ATTENTIONS``.

Source: Avsec et al. 2021, doi:10.1038/s41592-021-01252-x.
"""

from typing import Literal

import numpy as np
from jaxtyping import Int64

from senformer.model.attention.blocks import AttentionConfig, BlockPattern
from senformer.model.attention.relative import RelativeAttention


class DenseConfig(AttentionConfig):
    """Nothing but the learned tokens of every kind."""

    kind: Literal["dense"] = "dense"


class DenseAttention(RelativeAttention):
    """Enformer's attention. Memory is linear in the window, time quadratic."""

    config_class = DenseConfig

    def pattern(
        self, n_bins: int, global_bins: Int64[np.ndarray, " bin"] | None = None, head: int = 0
    ) -> BlockPattern:
        """Return one block that holds the whole window; global bins add nothing to it."""
        return BlockPattern(n_bins, n_bins, np.zeros((1, 2), dtype=np.int64))
