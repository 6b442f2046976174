"""Which positions of an operand a tile reads, in groups, and how gradients of tiles find their way back.

An operand is (head, batch, position, dim), contiguous; what is taken of it (head, batch, group, taken,
dim). ``add`` is the transpose of ``take``; ``put`` writes instead of adding.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Span:
    """One group of consecutive positions: a view, no copy."""

    first: int
    size: int

    def _view(self, x: Tensor) -> Tensor:
        return x[:, :, None, self.first : self.first + self.size]

    def take(self, x: Tensor) -> Tensor:
        """Return the positions of ``x``."""
        return self._view(x)

    def add(self, total: Tensor, part: Tensor) -> None:
        """Add ``part`` to them."""
        self._view(total).add_(part)

    def put(self, total: Tensor, part: Tensor) -> None:
        """Set them to ``part``."""
        self._view(total).copy_(part)


@dataclass(frozen=True)
class Blocks:
    """Whole blocks of positions: ``index`` holds their numbers, (group, piece)."""

    index: Tensor
    block: int

    def _rows(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """View ``x`` as one row a block, and say which rows are meant."""
        rows = x.view(-1, self.block * x.shape[-1])
        first = torch.arange(0, rows.shape[0], x.shape[2] // self.block, device=x.device)
        return rows, (first[:, None] + self.index.flatten()).flatten()

    def take(self, x: Tensor) -> Tensor:
        """Return the blocks of ``x``, the pieces of a group next to each other."""
        rows, chosen = self._rows(x)
        taken = rows.index_select(0, chosen)
        return taken.view(*x.shape[:2], len(self.index), -1, x.shape[-1])

    def add(self, total: Tensor, part: Tensor) -> None:
        """Add ``part`` to them; a block may be taken several times."""
        rows, chosen = self._rows(total)
        rows.index_add_(0, chosen, part.reshape(-1, rows.shape[1]).to(rows.dtype))

    def put(self, total: Tensor, part: Tensor) -> None:
        """Set them to ``part``; no block may be taken twice."""
        rows, chosen = self._rows(total)
        rows.index_copy_(0, chosen, part.reshape(-1, rows.shape[1]).to(rows.dtype))


@dataclass(frozen=True)
class Runs:
    """Runs of ``width`` positions that begin anywhere: ``starts`` is (group, piece); they may overlap."""

    starts: Tensor
    width: int

    def take(self, x: Tensor) -> Tensor:
        """Return the runs of ``x``, the pieces of a group next to each other."""
        # Row by row: an index into overlapping windows would have torch write out every window first.
        taken = x.view(-1, x.shape[-1]).index_select(0, self._positions(x))
        return taken.view(*x.shape[:2], len(self.starts), -1, x.shape[-1])

    def _positions(self, x: Tensor) -> Tensor:
        """Return the rows of ``x``, seen as (head batch position, dim)."""
        inner = (self.starts.flatten()[:, None] + torch.arange(self.width, device=x.device)).flatten()
        first = torch.arange(0, x.shape[0] * x.shape[1] * x.shape[2], x.shape[2], device=x.device)
        return (first[:, None] + inner).flatten()

    def add(self, total: Tensor, part: Tensor) -> None:
        """Add ``part`` to them."""
        dim = total.shape[-1]
        index = self._positions(total)[:, None].expand(-1, dim)
        total.view(-1, dim).scatter_add_(0, index, part.reshape(-1, dim).to(total.dtype))

    def put(self, total: Tensor, part: Tensor) -> None:
        """Set them to ``part``; runs may not overlap."""
        dim = total.shape[-1]
        total.view(-1, dim).index_copy_(0, self._positions(total), part.reshape(-1, dim).to(total.dtype))


Axis = Span | Blocks | Runs


def split_span(span: Span, size: int) -> Iterator[Span]:
    """Cut a span into pieces of ``size``, the last perhaps shorter."""
    end = span.first + span.size
    for first in range(span.first, end, size):
        yield Span(first, min(size, end - first))
