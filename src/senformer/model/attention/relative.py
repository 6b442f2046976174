"""What every softmax attention kind shares: projections, relative positions and both dropouts.

A kind says which bins may meet (``pattern``); the rest is Enformer's multi-head attention with relative
positions.

Source: Avsec et al. 2021; relative attention after Dai et al. 2019, arXiv:1901.02860.
"""

from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn

from senformer.model.attention.backends.base import Call
from senformer.model.attention.backends.choose import AUTO, check_backend, pick
from senformer.model.attention.base import Attention, AttentionSizes, projection
from senformer.model.attention.tiles.keys import Project
from senformer.model.attention.tiles.plan import Plan
from senformer.model.attention.tiles.row_plan import plan_rows
from senformer.model.dropout import dropout
from senformer.model.initializers import variance_scaling_
from senformer.model.linear import Linear
from senformer.model.positions.table import PositionTable

# Plans kept: of windows of other lengths, and of examples that name bins, for the backward pass.
_KEPT_PLANS = 15


class RelativeAttention(Attention):
    """Multi-head attention with relative positions; a subclass gives :meth:`pattern`.

    The query is scaled before the two biases are added; heads are head-major in every projection; the
    output projection begins at zero.

    Attributes
    ----------
    backend
        How it is computed: a row of ``BACKENDS``, or ``auto``; see :func:`set_backend`.
    """

    def __init__(self, sizes: AttentionSizes, config: Any, layer: int) -> None:
        super().__init__(sizes, config, layer)
        self.backend = AUTO
        self._plans: dict[tuple, list[Plan]] = {}
        heads, channels = sizes.n_heads, sizes.channels
        self.query = projection(channels, heads * sizes.key_size)
        self.key = projection(channels, heads * sizes.key_size)
        self.value = projection(channels, heads * sizes.value_size)
        self.relative_key = projection(sizes.n_features, heads * sizes.key_size)
        self.content_bias = nn.Parameter(torch.empty(heads, sizes.key_size))
        self.position_bias = nn.Parameter(torch.empty(heads, sizes.key_size))
        variance_scaling_(self.content_bias, heads)
        variance_scaling_(self.position_bias, heads)
        self.out = Linear(heads * sizes.value_size, channels)
        nn.init.zeros_(self.out.weight)

    def plans(
        self,
        n_bins: int,
        global_bins: Int64[np.ndarray, " bin"] | None = None,
        rows: Bool[np.ndarray, " position"] | None = None,
    ) -> list[Plan]:
        """Return how the patterns are computed at all positions or some: one plan, or one a head."""
        key = (n_bins, *(None if x is None else x.tobytes() for x in (global_bins, rows)))
        if key not in self._plans:
            heads = range(self.sizes.n_heads if self.per_head else 1)
            kept = list(self._plans.items())[-_KEPT_PLANS:]
            patterns = [self.pattern(n_bins, global_bins, head) for head in heads]
            plans = [plan_rows(pattern, self.n_tokens, rows) for pattern in patterns]
            self._plans = {**dict(kept), key: plans}
        return self._plans[key]

    def split(
        self, projected: Float[Tensor, "batch position wide"]
    ) -> Float[Tensor, "head batch position dim"]:
        """Return the heads of a projection first, in memory of their own."""
        return projected.unflatten(-1, (self.sizes.n_heads, -1)).permute(2, 0, 1, 3).contiguous()

    def attend(
        self,
        query: Float[Tensor, "head batch position dim"],
        key: Float[Tensor, "head batch position dim"],
        value: Float[Tensor, "head batch position value"],
        positions: PositionTable,
        global_bins: Bool[Tensor, "batch bin"] | None = None,
        rows: Bool[np.ndarray, " position"] | None = None,
    ) -> Float[Tensor, "batch row channel"]:
        """Attend from the projections, at some positions or at all."""
        query = query * self.sizes.key_size**-0.5
        out = self.mix(query, key, value, self.relative_keys(positions), global_bins, rows)
        return self.out(_at(out.permute(1, 2, 0, 3), rows).flatten(2))

    def relative_keys(self, positions: PositionTable) -> Float[Tensor, "head offset dim"] | Project:
        """Return the relative keys of all distances, or how to project those of some.

        Only without gradients and for a window whose features are not kept whole are they left to be asked
        for; position dropout needs them whole.
        """
        drops = self.training and self.sizes.position_dropout > 0
        if torch.is_grad_enabled() or positions.is_whole or drops:
            features = dropout(positions.whole(), self.sizes.position_dropout, self.training)
            return self._project_features(features)
        return lambda distances: self._project_features(positions.at(distances))

    def _project_features(
        self, features: Float[Tensor, "offset feature"]
    ) -> Float[Tensor, "head offset dim"]:
        keys = self.relative_key(features)
        return keys.view(-1, self.sizes.n_heads, self.sizes.key_size).transpose(0, 1)

    def mix(
        self,
        query: Float[Tensor, "head batch position dim"],
        key: Float[Tensor, "head batch position dim"],
        value: Float[Tensor, "head batch position value"],
        relative: Float[Tensor, "head offset dim"] | Project,
        global_bins: Bool[Tensor, "batch bin"] | None = None,
        rows: Bool[np.ndarray, " position"] | None = None,
    ) -> Float[Tensor, "head batch position value"]:
        """Return the weighted values: attention itself, between the projections.

        Parameters
        ----------
        query
            Scaled, without biases.
        key, value, relative
            As projected; ``relative`` of the distances ``-(n_bins - 1)`` to ``n_bins - 1``, or how to
            project it.
        global_bins
            As in :meth:`forward`; each example has a pattern of its own then.
        rows
            The positions that are wanted; what the others get means nothing.
        """
        if global_bins is None:
            plans = self.plans(query.shape[2] - self.n_tokens, None, rows)
            return self._mix_heads(plans, query, key, value, relative)
        n_bins = global_bins.shape[1]
        parts = []
        for example, mask in enumerate(global_bins.cpu()):
            here = slice(example, example + 1)
            plans = self.plans(n_bins, torch.nonzero(mask)[:, 0].numpy(), rows)
            parts.append(self._mix_heads(plans, query[:, here], key[:, here], value[:, here], relative))
        return torch.cat(parts, dim=1)

    def _mix_heads(
        self, plans: list[Plan], query: Tensor, key: Tensor, value: Tensor, relative: Tensor | Project
    ) -> Float[Tensor, "head batch position value"]:
        rate = self.sizes.dropout if self.training else 0.0
        call = Call(plans, query, self.content_bias, self.position_bias, key, value, relative, rate)
        return pick(self.backend, call).run(call)


def _at(x: Tensor, rows: Bool[np.ndarray, " position"] | None) -> Tensor:
    """Return some positions of (batch, position, ...), or all."""
    return x if rows is None else x[:, torch.from_numpy(np.flatnonzero(rows)).to(x.device)]


def set_backend(model: nn.Module, name: str) -> None:
    """Say how attention is computed in all layers of a model; not part of what is saved.

    Parameters
    ----------
    model
        Whatever holds attention layers; ``linear`` has none to choose from.
    name
        A row of ``BACKENDS``, or ``auto``: ``tiles`` on a CPU, the fastest on a GPU.

    Raises
    ------
    ConfigError
        No backend has this name. One that cannot compute a layer's call raises when it is called.
    """
    check_backend(name)
    for module in model.modules():
        if isinstance(module, RelativeAttention):
            module.backend = name
