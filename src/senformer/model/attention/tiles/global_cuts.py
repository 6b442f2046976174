"""The tiles of global bins: their rows with all columns, and their columns with all rows."""

from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Int64

from senformer.model.attention.tiles.axis import Blocks, Runs, Span, split_span
from senformer.model.attention.tiles.cut import Cut
from senformer.model.attention.tiles.layout import Layout

# Rows and columns of global bins in a tile; each pair of them reads relative keys of its own.
_ROWS, _COLUMNS, _SPAN = 32, 256, 512
# A pair of a block of rows and a global column reads a block of relative keys, much wider than a logit.
_ROOM = 8


def global_row_cuts(bins: Int64[np.ndarray, " bin"], layout: Layout, device: torch.device) -> Iterator[Cut]:
    """Yield the tiles of single rows with all columns."""
    for part in torch.from_numpy(bins).to(device).split(_ROWS) if len(bins) else ():
        rows = Runs(part[None], 1)
        for columns in split_span(Span(0, layout.n_bins), _SPAN):
            yield Cut(rows, columns, layout.row_offsets(rows, columns))


def global_column_cuts(
    bins: Int64[np.ndarray, " bin"],
    sparse_blocks: Int64[np.ndarray, " sparse"],
    key_blocks: Int64[np.ndarray, "sparse key"],
    layout: Layout,
    elements: int,
    device: torch.device,
) -> Iterator[Cut]:
    """Yield the tiles of blocks of rows with the single columns that lie in none of the blocks they see.

    Parameters
    ----------
    bins
        The global bins.
    sparse_blocks, key_blocks
        Blocks of rows that do not see everything, and the blocks that each sees, filled up with -1.
    layout, elements, device
        Where positions lie, logits of a tile, and where index tensors go.
    """
    rows_of_all = torch.from_numpy(sparse_blocks).to(device)[:, None]
    for columns in np.split(bins, range(_COLUMNS, len(bins), _COLUMNS)):
        seen = (columns[None, :, None] // layout.block == key_blocks[:, None]).any(axis=2)
        wanting = np.flatnonzero(~seen.all(axis=1))
        starts = torch.from_numpy(columns).to(device)[None]
        step = max(1, elements // (_ROOM * layout.block * len(columns)))
        for first in range(0, len(wanting), step):
            chosen = wanting[first : first + step]
            rows = Blocks(rows_of_all[torch.from_numpy(chosen).to(device)], layout.block)
            runs = Runs(starts.expand(len(chosen), -1), 1)
            yield Cut(
                rows,
                runs,
                layout.column_offsets(rows, runs),
                pieces=len(columns),
                hidden=torch.from_numpy(seen[chosen]).to(device),
                skips_global_rows=True,
            )
