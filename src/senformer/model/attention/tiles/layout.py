"""Where bins and learned tokens lie in the padded operands of one call."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from senformer.model.attention.tiles.axis import Axis, Blocks, Runs, Span


@dataclass(frozen=True)
class Layout:
    """Bins, padded to whole blocks, then tokens, padded likewise.

    Relative keys of the distances ``-(n_bins - 1)`` to ``n_bins - 1`` are padded to the distances of padded
    bins and get one more row, so that they too are whole blocks: what a pair of blocks needs lies in two
    neighboring ones.
    """

    n_bins: int
    block: int
    n_tokens: int = 0

    @property
    def n_blocks(self) -> int:
        """Blocks of bins, the last perhaps padded."""
        return -(-self.n_bins // self.block)

    @property
    def first_token(self) -> int:
        """Position of the first token."""
        return self.n_blocks * self.block

    @property
    def is_whole(self) -> bool:
        """Whether operands need no padding."""
        return self.n_bins == self.first_token and self.n_tokens % self.block == 0

    @property
    def zero(self) -> int:
        """Row of the relative key of distance zero."""
        return self.first_token - 1

    def pad(self, x: Tensor) -> Tensor:
        """Return (head, batch, bins and tokens, dim) with zeros up to whole blocks."""
        if self.is_whole:
            return x.contiguous()
        missing = self.first_token - self.n_bins
        parts = [functional.pad(x[:, :, : self.n_bins], (0, 0, 0, missing))]
        if self.n_tokens:
            parts.append(functional.pad(x[:, :, self.n_bins :], (0, 0, 0, -self.n_tokens % self.block)))
        return torch.cat(parts, dim=2) if self.n_tokens else parts[0]

    def cut(self, x: Tensor) -> Tensor:
        """Undo :meth:`pad`."""
        if not self.n_tokens:
            return x[:, :, : self.n_bins]
        tokens = x[:, :, self.first_token : self.first_token + self.n_tokens]
        return torch.cat([x[:, :, : self.n_bins], tokens], dim=2)

    def pad_relative(self, x: Tensor) -> Tensor:
        """Return relative keys (head, 1, offset, dim) with the rows of padded bins, and one more."""
        missing = self.first_token - self.n_bins
        return functional.pad(x, (0, 0, missing, missing + 1)).unsqueeze(1)

    def cut_relative(self, x: Tensor) -> Tensor:
        """Undo :meth:`pad_relative`."""
        missing = self.first_token - self.n_bins
        return x[:, 0, missing : x.shape[2] - missing - 1]

    def span_offsets(self, rows: Span, columns: Span) -> Axis:
        """Return the relative keys of neighboring rows with neighboring columns."""
        return Span(self.zero + columns.first - rows.first - rows.size + 1, rows.size + columns.size - 1)

    def block_offsets(self, rows: Blocks, columns: Blocks) -> Axis:
        """Return the two blocks of relative keys that each pair of blocks needs."""
        first = columns.index - rows.index + self.n_blocks - 1
        return Blocks(torch.stack([first, first + 1], dim=-1).flatten(1), self.block)

    def column_offsets(self, rows: Blocks, columns: Runs) -> Axis:
        """Return the relative keys of blocks of rows with single columns."""
        return Runs(columns.starts - (rows.index + 1) * self.block + 1 + self.zero, self.block)

    def row_offsets(self, rows: Runs, columns: Span) -> Axis:
        """Return the relative keys of single rows with neighboring columns: one group a row."""
        return Runs(self.zero + columns.first - rows.starts.view(-1, 1), columns.size)
