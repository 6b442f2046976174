"""Which positions of one attention layer see which: what a change reaches, and what a result needs."""

from functools import cached_property

import numpy as np
from jaxtyping import Bool, Int64

from senformer.model.attention.base import Attention
from senformer.model.attention.reach import layer_pattern, meets

Mask = Bool[np.ndarray, " position"]


class Sight:
    """What a layer joins; positions are the bins and behind them the learned tokens.

    Attributes
    ----------
    n_bins, n_tokens
        Of the window.
    """

    def __init__(
        self, attention: Attention, n_bins: int, global_bins: Int64[np.ndarray, " bin"] | None
    ) -> None:
        self.n_bins, self.n_tokens = n_bins, attention.n_tokens
        self._pattern = layer_pattern(attention, n_bins, global_bins)

    @cached_property
    def _meets(self) -> Bool[np.ndarray, "block block"]:
        return meets(self._pattern)

    def seen_from(self, rows: Mask) -> Mask:
        """Return the positions that any of these sees."""
        return self._joined(rows, self._meets)

    def seeing(self, columns: Mask) -> Mask:
        """Return the positions that see any of these."""
        return self._joined(columns, self._meets.T)

    def _joined(self, chosen: Mask, meets: Bool[np.ndarray, "block block"]) -> Mask:
        bins, tokens = chosen[: self.n_bins], chosen[self.n_bins :]
        if not chosen.any():
            return np.zeros_like(chosen)
        block, hubs = self._pattern.block_bins, self._pattern.global_bins
        if tokens.any() or bins[hubs].any():
            return np.ones_like(chosen)
        blocks = np.logical_or.reduceat(bins, np.arange(0, self.n_bins, block))
        found = np.ones_like(chosen)
        found[: self.n_bins] = meets[blocks].any(axis=0).repeat(block)[: self.n_bins]
        found[hubs] = True
        return found
