"""Linear attention: every bin sees every bin through a summary of fixed size; ``linear`` in ``ATTENTIONS``.

The softmax gives way to a product of positive features of query and key, so that all keys are summed up
once, in a matrix of key size by value size a head, and each query reads that matrix: time and memory grow
with the bins, not with their square. Rotary positions turn the features in the numerator alone; the
denominator stays a sum of positive terms.

Queries, keys, values and output have Enformer's names and shapes, so its weights fit. Relative keys and the
two biases do not exist here; a query is not scaled.

Source: Katharopoulos et al. 2020, arXiv:2006.16236 (feature map elu + 1); Su et al. 2021, arXiv:2104.09864,
equation 19 (rotary positions in linear attention).
"""

from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64
from pydantic import Field
from torch import Tensor, nn

from senformer.model.attention.base import Attention, AttentionSizes, projection
from senformer.model.attention.blocks import AttentionConfig, BlockPattern
from senformer.model.attention.summary import Summing, linear_attention
from senformer.model.dropout import keep_factors
from senformer.model.linear import Linear
from senformer.model.positions.table import PositionTable


class LinearConfig(AttentionConfig):
    """Positions of linear attention.

    Attributes
    ----------
    learned_tokens
        None: the summary that every bin reads is one already.
    rotary_base
        Pair ``i`` of ``d`` key features turns by ``rotary_base ** (-2 i / d)`` radians a bin: the first by
        one, the last by about one over the base.
    """

    kind: Literal["linear"] = "linear"
    learned_tokens: int = Field(default=0, ge=0, le=0)
    rotary_base: float = Field(10_000.0, gt=1)


class LinearAttention(Attention):
    """Multi-head linear attention with rotary positions. Time and memory are linear in the window.

    There are no weights of single pairs to drop. ``sizes.dropout`` drops a key of a head for all queries at
    once, from the numerator alone, as dropout of a softmax's weights does after their sum is taken;
    ``sizes.position_dropout`` drops cosines and sines that keys are turned by, the same for all heads and
    examples. Neither changes the mean of the output.
    """

    config_class = LinearConfig

    def __init__(self, sizes: AttentionSizes, config: Any, layer: int) -> None:
        super().__init__(sizes, config, layer)
        heads, channels = sizes.n_heads, sizes.channels
        self.query = projection(channels, heads * sizes.key_size)
        self.key = projection(channels, heads * sizes.key_size)
        self.value = projection(channels, heads * sizes.value_size)
        self.out = Linear(heads * sizes.value_size, channels)
        nn.init.zeros_(self.out.weight)

    def pattern(
        self, n_bins: int, global_bins: Int64[np.ndarray, " bin"] | None = None, head: int = 0
    ) -> BlockPattern:
        """Return one block that holds the whole window: every bin sees every bin, if in a summary."""
        return BlockPattern(n_bins, n_bins, np.zeros((1, 2), dtype=np.int64))

    def _summing(self, like: Float[Tensor, "batch bin head dim"]) -> Summing:
        """Draw what dropout keeps."""
        sizes, (batch, n_bins) = self.sizes, like.shape[:2]
        wide = torch.empty(0, dtype=torch.promote_types(like.dtype, torch.float32), device=like.device)
        key_keep = position_keep = None
        if self.training and sizes.dropout > 0:
            key_keep = keep_factors(torch.Size([batch, n_bins, sizes.n_heads, 1]), sizes.dropout, wide)
        if self.training and sizes.position_dropout > 0:
            shape = torch.Size([2, n_bins, sizes.key_size // 2])
            position_keep = keep_factors(shape, sizes.position_dropout, wide)
        return Summing(self.config.rotary_base, key_keep, position_keep)

    def split(self, projected: Float[Tensor, "batch bin wide"]) -> Float[Tensor, "batch bin head dim"]:
        """View a projection with its heads on an axis of their own."""
        return projected.unflatten(-1, (self.sizes.n_heads, -1))

    def attend(
        self,
        query: Float[Tensor, "batch bin head dim"],
        key: Float[Tensor, "batch bin head dim"],
        value: Float[Tensor, "batch bin head value"],
        positions: PositionTable,
        global_bins: Bool[Tensor, "batch bin"] | None = None,
        rows: Bool[np.ndarray, " bin"] | None = None,
    ) -> Float[Tensor, "batch row channel"]:
        """Attend from the projections, at some bins or at all.

        Neither ``positions`` nor ``global_bins`` is read: a bin's own number turns its features, and every
        bin sees and is seen by all. The summary is of all bins; ``rows`` save the output projection alone.
        """
        out = linear_attention(self._summing(query), query, key, value).flatten(2)
        if rows is not None:
            out = out[:, torch.from_numpy(np.flatnonzero(rows)).to(out.device)]
        return self.out(out)
