"""What the transformer knows of an attention kind."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn

from senformer.model.attention.blocks import AttentionConfig, BlockPattern
from senformer.model.initializers import variance_scaling_
from senformer.model.linear import Linear
from senformer.model.positions.table import PositionTable


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


def projection(n_in: int, n_out: int) -> Linear:
    """Return a linear layer without bias, with the initial values of Enformer's projections."""
    layer = Linear(n_in, n_out, bias=False)
    variance_scaling_(layer.weight, n_in)
    return layer


class Attention(nn.Module, ABC):
    """One attention layer; a row of ``ATTENTIONS`` is a subclass.

    Attributes
    ----------
    config_class
        Of the kind.
    per_head
        Whether each head has a pattern of its own.
    takes_global_bins
        Whether bins that a batch names change anything.
    sizes, config, layer
        As given; ``layer`` is the layer's number, from 0.
    query, key, value
        The projections.
    """

    query: Linear
    key: Linear
    value: Linear
    config_class: ClassVar[type[AttentionConfig]]
    per_head: ClassVar[bool] = False
    takes_global_bins: ClassVar[bool] = False

    def __init__(self, sizes: AttentionSizes, config: Any, layer: int) -> None:
        super().__init__()
        self.sizes, self.config, self.layer = sizes, config, layer

    @property
    def n_tokens(self) -> int:
        """Learned tokens that come behind the bins."""
        return self.config.learned_tokens

    @abstractmethod
    def pattern(
        self, n_bins: int, global_bins: Int64[np.ndarray, " bin"] | None = None, head: int = 0
    ) -> BlockPattern:
        """Return which (query, key) pairs may meet in a window of ``n_bins``."""

    def forward(
        self,
        x: Float[Tensor, "batch position channel"],
        positions: PositionTable,
        global_bins: Bool[Tensor, "batch bin"] | None = None,
    ) -> Float[Tensor, "batch position channel"]:
        """Attend.

        Parameters
        ----------
        x
            The bins of each window, and behind them the learned tokens.
        positions
            The basis of distances of such a window.
        global_bins
            Bins of each example that see all bins and are seen by all, besides the kind's own pattern.
        """
        query, key, value = (self.split(layer(x)) for layer in (self.query, self.key, self.value))
        return self.attend(query, key, value, positions, global_bins)

    @abstractmethod
    def split(self, projected: Float[Tensor, "batch position wide"]) -> Float[Tensor, "..."]:
        """Return a projection with its heads apart, as :meth:`attend` takes it."""

    @abstractmethod
    def attend(
        self,
        query: Float[Tensor, "..."],
        key: Float[Tensor, "..."],
        value: Float[Tensor, "..."],
        positions: PositionTable,
        global_bins: Bool[Tensor, "batch bin"] | None = None,
        rows: Bool[np.ndarray, " position"] | None = None,
    ) -> Float[Tensor, "batch row channel"]:
        """Return what :meth:`forward` does from its projections, at some positions or at all.

        Parameters
        ----------
        query, key, value
            Of all positions; queries are read at ``rows`` alone.
        positions, global_bins
            As in :meth:`forward`.
        rows
            The positions that are wanted, the same in all examples; all by default.
        """
