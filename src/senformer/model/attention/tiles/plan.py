"""How a pattern is computed: which query blocks see everything, which gather their keys."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from senformer.model.attention.blocks import BlockPattern


@dataclass(frozen=True)
class Plan:
    """How a pattern is cut into tiles.

    Attributes
    ----------
    pattern
        The pairs that may meet.
    full_blocks
        Query blocks that see every key: they take the keys as they lie.
    sparse_blocks
        All other query blocks: they gather their key blocks.
    """

    pattern: BlockPattern
    full_blocks: tuple[int, ...] = field(init=False)
    sparse_blocks: tuple[int, ...] = field(init=False)
    _tables: dict[torch.device, tuple[Tensor, Tensor]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        n_keys = np.bincount(self.pattern.pairs[:, 0], minlength=self.pattern.n_blocks)
        full = n_keys == self.pattern.n_blocks
        object.__setattr__(self, "full_blocks", tuple(np.flatnonzero(full).tolist()))
        object.__setattr__(self, "sparse_blocks", tuple(np.flatnonzero(~full).tolist()))

    @cached_property
    def key_blocks(self) -> Tensor:
        """Key blocks of each sparse query block, in order, filled up with -1."""
        rows = [self.pattern.keys_of(block) for block in self.sparse_blocks]
        table = torch.full((len(rows), max(map(len, rows), default=0)), -1)
        for row, keys in zip(table, rows, strict=True):
            row[: len(keys)] = torch.from_numpy(keys)
        return table

    def tables(self, device: torch.device) -> tuple[Tensor, Tensor]:
        """Return ``sparse_blocks`` and :attr:`key_blocks` on a device, copied there once.

        A copy from the host waits for all that the device has still to do, and every layer asks twice.
        """
        if device not in self._tables:
            self._tables[device] = torch.tensor(self.sparse_blocks, device=device), self.key_blocks.to(device)
        return self._tables[device]
