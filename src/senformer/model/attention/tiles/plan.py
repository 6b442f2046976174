"""How a pattern is computed: every allowed pair of bins in exactly one tile."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Bool, Int64
from torch import Tensor

from senformer.model.attention.blocks import BlockPattern
from senformer.model.attention.tiles.axis import Blocks, Span, split_span
from senformer.model.attention.tiles.cut import Cut, absent, existing
from senformer.model.attention.tiles.global_cuts import global_column_cuts, global_row_cuts
from senformer.model.attention.tiles.layout import Layout

# Logits of one tile, all heads and examples: small enough for a cache, large enough for the products.
TILE_ELEMENTS = {"cpu": 2**21, "cuda": 2**26}
# Rows of a tile with all columns: ``n`` rows and ``c`` columns need ``n + c - 1`` relative keys.
_FULL_ROWS = 64
# Short windows of which more than this share may meet take all columns under a mask, which is faster than
# gathering: measured on a CPU (8 heads of 64 and 192), gathered against dense took 1.14 times as long at a
# share of 0.82, 0.99 at 0.71, 0.78 at 0.55.
MASKED_SHARE, _MASKED_BINS = 0.75, 1024


@dataclass(frozen=True)
class Plan:
    """How a pattern is cut into tiles.

    Attributes
    ----------
    pattern
        The pairs that may meet.
    n_tokens
        Learned tokens behind the bins: they see and are seen by all, at no distance.
    full_blocks
        Query blocks that see every key: they take the keys as they lie.
    sparse_blocks
        All other query blocks: they gather their key blocks.
    """

    pattern: BlockPattern
    n_tokens: int = 0
    full_blocks: tuple[int, ...] = field(init=False)
    sparse_blocks: tuple[int, ...] = field(init=False)
    _cuts: dict[tuple[torch.device, int], list[Cut]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        n_keys = np.bincount(self.pattern.pairs[:, 0], minlength=self.pattern.n_blocks)
        full = n_keys == self.pattern.n_blocks
        object.__setattr__(self, "full_blocks", tuple(np.flatnonzero(full).tolist()))
        object.__setattr__(self, "sparse_blocks", tuple(np.flatnonzero(~full).tolist()))

    @property
    def layout(self) -> Layout:
        """Return where bins and tokens lie in the operands."""
        return Layout(self.pattern.n_bins, self.pattern.block_bins, self.n_tokens)

    @cached_property
    def key_blocks(self) -> Int64[np.ndarray, "sparse key"]:
        """Key blocks of each sparse query block, in order, filled up with -1."""
        rows = [self.pattern.keys_of(block) for block in self.sparse_blocks]
        table = np.full((len(rows), max(map(len, rows), default=0)), -1, dtype=np.int64)
        for row, keys in zip(table, rows, strict=True):
            row[: len(keys)] = keys
        return table

    @cached_property
    def global_rows(self) -> Int64[np.ndarray, " bin"]:
        """Global bins whose blocks do not see everything by themselves."""
        bins = self.pattern.global_bins
        return bins[np.isin(bins // self.pattern.block_bins, self.sparse_blocks)]

    def cuts(self, device: torch.device, batch_heads: int) -> list[Cut]:
        """Return the tiles for a device and a number of heads times examples, made once.

        A copy from the host waits for all that the device has still to do, and every layer asks twice.
        """
        key = (device, batch_heads)
        if key not in self._cuts:
            elements = max(1, TILE_ELEMENTS.get(device.type, 2**21) // batch_heads)
            self._cuts[key] = list(self._make(device, elements))
        return self._cuts[key]

    def is_global_row(self, device: torch.device) -> Bool[Tensor, "1 1 position 1"] | None:
        """Say which positions are rows of global bins; None where there are none."""
        if not len(self.global_rows):
            return None
        layout = self.layout
        n_positions = layout.first_token + layout.n_tokens + (-layout.n_tokens % layout.block)
        mask = torch.zeros(n_positions, dtype=torch.bool)
        mask[torch.from_numpy(self.global_rows)] = True
        return mask[None, None, :, None].to(device)

    @property
    def is_masked(self) -> bool:
        """Whether all columns are computed and those that may not be seen hidden."""
        pattern = self.pattern
        share = len(pattern.pairs) / pattern.n_blocks**2
        short = pattern.n_bins <= _MASKED_BINS and not len(pattern.global_bins)
        return short and MASKED_SHARE < share < 1

    def wanted(self, rows: Span) -> Iterator[Span]:
        """Yield the rows among these that are computed: all of them."""
        yield rows

    def _mask(self) -> Bool[Tensor, "row column"]:
        """Return the pairs of bins that may not meet."""
        block, n_bins = self.pattern.block_bins, self.pattern.n_bins
        apart = torch.ones(self.pattern.n_blocks, self.pattern.n_blocks, dtype=torch.bool)
        apart[tuple(torch.from_numpy(self.pattern.pairs).T)] = False
        return apart.repeat_interleave(block, 0).repeat_interleave(block, 1)[:n_bins, :n_bins]

    def _make(self, device: torch.device, elements: int) -> Iterator[Cut]:
        n_bins = self.pattern.n_bins
        if self.is_masked:
            for rows in self.wanted(Span(0, n_bins)):
                yield from self._full(rows, elements, self._mask().to(device))
            yield from self._tokens(elements)
            return
        yield from self._sparse(device, elements)
        for first, end in _runs(self.full_blocks, self.pattern.block_bins, n_bins):
            for rows in self.wanted(Span(first, end - first)):
                yield from self._full(rows, elements)
        if len(self.pattern.global_bins):
            sparse = np.array(self.sparse_blocks, dtype=np.int64)
            yield from global_row_cuts(self.global_rows, self.layout, device)
            yield from global_column_cuts(
                self.pattern.global_bins, sparse, self.key_blocks, self.layout, elements, device
            )
        yield from self._tokens(elements)

    def _sparse(self, device: torch.device, elements: int) -> Iterator[Cut]:
        """Cut blocks of rows with the blocks of columns that they see."""
        block, layout = self.pattern.block_bins, self.layout
        n_pieces = max(1, self.key_blocks.shape[1])
        step = max(1, elements // (block**2 * n_pieces))
        table = torch.from_numpy(self.key_blocks).to(device)
        queries = torch.tensor(self.sparse_blocks, dtype=torch.int64, device=device)[:, None]
        last_is_short = layout.n_bins < layout.first_token
        for first in range(0, len(self.sparse_blocks), step):
            group = slice(first, first + step)
            here = self.key_blocks[group]
            is_ragged = (here < 0).any() or (last_is_short and (here == layout.n_blocks - 1).any())
            rows, columns = Blocks(queries[group], block), existing(table[group], block)
            yield Cut(
                rows,
                columns,
                layout.block_offsets(rows, columns),
                pieces=n_pieces,
                hidden=absent(table[group], block, layout.n_bins) if is_ragged else None,
                is_first=True,
                skips_global_rows=len(self.global_rows) > 0,
            )

    def _full(self, rows: Span, elements: int, apart: Tensor | None = None) -> Iterator[Cut]:
        """Cut neighboring rows with all columns: few rows at a time waste fewer relative keys."""
        n_bins = self.pattern.n_bins
        n_rows = max(
            1, min(max(_FULL_ROWS, n_bins // 8), elements // min(n_bins, elements // _FULL_ROWS or 1))
        )
        n_columns = max(1, min(n_bins, elements // n_rows))
        for part in split_span(rows, n_rows):
            for columns in split_span(Span(0, n_bins), n_columns):
                offsets = self.layout.span_offsets(part, columns)
                hidden = None
                if apart is not None:
                    hidden = apart[None, _slice(part), _slice(columns)]
                yield Cut(part, columns, offsets, hidden=hidden, is_first=columns.first == 0)

    def _tokens(self, elements: int) -> Iterator[Cut]:
        """Cut all bins with the tokens, and the tokens with all."""
        if not self.n_tokens:
            return
        tokens = Span(self.layout.first_token, self.n_tokens)
        step = max(1, elements // self.n_tokens)
        for rows in self.wanted(Span(0, self.pattern.n_bins)):
            for bins in split_span(rows, step):
                yield Cut(bins, tokens, None)
        for bins in split_span(Span(0, self.pattern.n_bins), step):
            yield Cut(tokens, bins, None, is_first=bins.first == 0)
        yield Cut(tokens, tokens, None)


def _slice(span: Span) -> slice:
    return slice(span.first, span.first + span.size)


def _runs(blocks: tuple[int, ...], block: int, n_bins: int) -> list[tuple[int, int]]:
    """Return (first bin, end) of each run of consecutive blocks."""
    runs: list[tuple[int, int]] = []
    for number in blocks:
        first, end = number * block, min((number + 1) * block, n_bins)
        if runs and runs[-1][1] == first:
            first = runs.pop()[0]
        runs.append((first, end))
    return runs
