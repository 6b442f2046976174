"""One tile of attention as positions: which rows meet which columns."""

from dataclasses import dataclass

import torch
from torch import Tensor

from senformer.model.attention.tiles.axis import Axis, Blocks


@dataclass(frozen=True)
class Cut:
    """Rows of a tile, its columns, the relative keys between them, and what must not meet.

    Attributes
    ----------
    rows, columns
        Positions of queries, and of keys and values.
    offsets
        Positions of the relative keys; None where there are none (tokens have no position).
    pieces
        Pieces of columns that a group of rows has relative keys for.
    hidden
        True where a column does not exist, for a group (group, column) or for each of its rows (group, row,
        column); None where all do.
    is_first
        Whether the rows meet no columns before these.
    skips_global_rows
        Whether rows of global bins take no part: they see every bin elsewhere.
    """

    rows: Axis
    columns: Axis
    offsets: Axis | None
    pieces: int = 1
    hidden: Tensor | None = None
    is_first: bool = False
    skips_global_rows: bool = False

    def bias(self) -> Tensor | None:
        """Return minus infinity for the hidden columns, (group, 1 or row, column)."""
        if self.hidden is None:
            return None
        hidden = self.hidden if self.hidden.ndim == 3 else self.hidden[:, None]
        return torch.zeros(hidden.shape, device=hidden.device).masked_fill_(hidden, -torch.inf)

    def split_offsets(self, taken: Tensor) -> Tensor:
        """View taken relative keys as (head, group, piece, offset, dim)."""
        return taken[:, 0].unflatten(2, (self.pieces, -1))


def absent(index: Tensor, block: int, n_bins: int) -> Tensor:
    """Say which bins of blocks do not exist: of blocks numbered -1, and beyond the window."""
    bins = index[:, :, None] * block + torch.arange(block, device=index.device)
    return ((index[:, :, None] < 0) | (bins >= n_bins)).flatten(1)


def existing(index: Tensor, block: int) -> Blocks:
    """Return the blocks, any in place of those numbered -1."""
    return Blocks(index.clamp(min=0), block)
