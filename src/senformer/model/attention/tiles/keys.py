"""Relative keys of one call: kept whole, or projected where a tile asks for them.

Whole they are (2 bins - 1) rows, as long as keys; beyond a certain window, without gradients, only the rows
of one tile exist at a time.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from senformer.model.attention.tiles.axis import Axis, Blocks, Runs, Span
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
    """Relative keys that are projected when they are taken, each once a tile."""

    project: Project
    layout: Layout
    device: torch.device

    def _between(self, first: int, size: int) -> Tensor:
        low = first - self.layout.zero
        return self.project(torch.arange(low, low + size, device=self.device)).unsqueeze(1)

    def take(self, axis: Axis) -> Tensor:
        """Return the relative keys at some positions."""
        if isinstance(axis, Span):
            return self._between(axis.first, axis.size).unsqueeze(2)
        if isinstance(axis, Blocks):
            wanted, place = torch.unique(axis.index, return_inverse=True)
            inner = torch.arange(axis.block, device=wanted.device)
            rows = (wanted[:, None] * axis.block + inner).flatten()
            keys = self.project(rows - self.layout.zero).unsqueeze(1)
            return Blocks(place, axis.block).take(keys.contiguous())
        low = int(axis.starts.min())
        keys = self._between(low, int(axis.starts.max()) - low + axis.width)
        return Runs(axis.starts - low, axis.width).take(keys.contiguous())
