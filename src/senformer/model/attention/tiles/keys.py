"""Relative keys of one call: kept whole, or projected where a tile asks for them.

Whole they are (2 bins - 1) rows, as long as keys; beyond a certain window, without gradients, only the rows
of one tile exist at a time.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from senformer.model.attention.tiles.axis import Axis, Blocks, Span
from senformer.model.attention.tiles.layout import Layout

# From distances to relative keys (head, offset, dim).
Project = Callable[[Int64[Tensor, " offset"]], Float[Tensor, "head offset dim"]]


@dataclass(frozen=True)
class WholeKeys:
    """Relative keys of every distance, padded as the layout says."""

    keys: Float[Tensor, "head 1 offset dim"]

    def take(self, axis: Axis) -> Tensor:
        """Return the relative keys at some positions."""
        return axis.take(self.keys)


@dataclass(frozen=True)
class LazyKeys:
    """Relative keys that are projected when they are taken, each once a tile; of the type of ``like``."""

    project: Project
    layout: Layout
    like: Tensor

    def take(self, axis: Axis) -> Tensor:
        """Return the relative keys at some positions."""
        if isinstance(axis, Span):
            return self._at(torch.arange(axis.first, axis.first + axis.size)).unsqueeze(2)
        if isinstance(axis, Blocks):
            wanted, place = torch.unique(axis.index, return_inverse=True)
            inner = torch.arange(axis.block, device=wanted.device)
            keys = self._at((wanted[:, None] * axis.block + inner).flatten())
            return Blocks(place, axis.block).take(keys.contiguous())
        inner = torch.arange(axis.width, device=axis.starts.device)
        wanted, place = torch.unique(axis.starts[..., None] + inner, return_inverse=True)
        return self._at(wanted)[:, :, place.flatten(1)]

    def _at(self, positions: Tensor) -> Float[Tensor, "head 1 row dim"]:
        distances = positions.to(self.like.device) - self.layout.zero
        return self.project(distances).to(self.like.dtype).unsqueeze(1)
