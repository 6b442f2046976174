"""What every softmax attention kind shares: projections, relative positions and both dropouts.

A kind says which bins may meet (``pattern``); the rest is Enformer's multi-head attention with relative
positions.

Source: Avsec et al. 2021; relative attention after Dai et al. 2019, arXiv:1901.02860.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from senformer.model.attention.blocks import AttentionConfig, BlockPattern
from senformer.model.attention.tiles.attend import attend
from senformer.model.attention.tiles.plan import Plan
from senformer.model.dropout import dropout
from senformer.model.initializers import variance_scaling_
from senformer.model.linear import Linear


@dataclass(frozen=True)
class AttentionSizes:
    """Sizes of one attention layer, whatever its kind."""

    channels: int
    n_heads: int
    key_size: int
    value_size: int
    n_features: int
    dropout: float = 0.0
    position_dropout: float = 0.0


def _projection(n_in: int, n_out: int) -> Linear:
    layer = Linear(n_in, n_out, bias=False)
    variance_scaling_(layer.weight, n_in)
    return layer


class RelativeAttention(nn.Module, ABC):
    """Multi-head attention with relative positions; a subclass gives :meth:`pattern`.

    The query is scaled before the two biases are added; heads are head-major in every projection; the
    output projection begins at zero.
    """

    config_class: ClassVar[type[AttentionConfig]]

    def __init__(self, sizes: AttentionSizes, config: Any, layer: int) -> None:
        super().__init__()
        self.sizes, self.config, self.layer = sizes, config, layer
        self._plans: dict[int, Plan] = {}
        heads, channels = sizes.n_heads, sizes.channels
        self.query = _projection(channels, heads * sizes.key_size)
        self.key = _projection(channels, heads * sizes.key_size)
        self.value = _projection(channels, heads * sizes.value_size)
        self.relative_key = _projection(sizes.n_features, heads * sizes.key_size)
        self.content_bias = nn.Parameter(torch.empty(heads, sizes.key_size))
        self.position_bias = nn.Parameter(torch.empty(heads, sizes.key_size))
        variance_scaling_(self.content_bias, heads)
        variance_scaling_(self.position_bias, heads)
        self.out = Linear(heads * sizes.value_size, channels)
        nn.init.zeros_(self.out.weight)

    @abstractmethod
    def pattern(self, n_bins: int) -> BlockPattern:
        """Return which (query, key) pairs may meet in a window of ``n_bins``."""

    def _plan(self, n_bins: int) -> Plan:
        if n_bins not in self._plans:
            self._plans[n_bins] = Plan(self.pattern(n_bins))
        return self._plans[n_bins]

    def _split(self, x: Float[Tensor, "batch bin inner"]) -> Float[Tensor, "head batch bin dim"]:
        batch, n_bins, _ = x.shape
        return x.view(batch, n_bins, self.sizes.n_heads, -1).permute(2, 0, 1, 3)

    def forward(
        self, x: Float[Tensor, "batch bin channel"], features: Float[Tensor, "offset feature"]
    ) -> Float[Tensor, "batch bin channel"]:
        """Attend; ``features`` are the basis at the distances ``-(n_bins - 1)`` to ``n_bins - 1``."""
        sizes = self.sizes
        features = dropout(features, sizes.position_dropout, self.training)
        relative = self.relative_key(features).view(-1, sizes.n_heads, sizes.key_size).transpose(0, 1)
        query = self._split(self.query(x) * sizes.key_size**-0.5)
        out = attend(
            self._plan(x.shape[1]),
            (query + self.content_bias[:, None, None]).to(query.dtype),
            (query + self.position_bias[:, None, None]).to(query.dtype),
            self._split(self.key(x)),
            self._split(self.value(x)),
            relative,
            sizes.dropout if self.training else 0.0,
        )
        return self.out(out.permute(1, 2, 0, 3).flatten(2))
