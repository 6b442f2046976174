"""Stem and tower of Baskerville in parts that compute any rows of their output.

What the way back reads of a block travels on as further channels: two positions side by side at half the
resolution, and so on down to the transformer's positions, where the network has them too.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from senformer.model.baskerville.tower import Stem, TowerBlock
from senformer.model.norm import Statistics
from senformer.model.tiling.pieces import Missing, Part, with_zeros
from senformer.model.tiling.stage import Stage


class StemPart(Part):
    """Convolution of one-hot bases, then pooling by two."""

    ratio = 2

    def __init__(self, stem: Stem) -> None:
        super().__init__()
        self.conv, self.pool = stem.conv, stem.pool
        self.reach, self.width = stem.conv.width // 2, stem.conv.n_out

    def forward(
        self, x: Float[Tensor, "batch row i"], missing: Missing, statistics: Statistics | None = None
    ) -> Float[Tensor, "batch out o"]:
        """Return rows of the pool."""
        return self.pool(self.conv.inside(with_zeros(x, missing)))


class BlockPart(Part):
    """A block of the tower, and what is carried beside it.

    Parameters
    ----------
    block
        The block.
    carried
        Channels of each item that comes with its input, the newest first.
    keeps
        Whether its own output before pooling is carried on.
    """

    ratio = 2

    def __init__(self, block: TowerBlock, carried: Sequence[int], keeps: bool) -> None:
        super().__init__()
        self.norm, self.conv, self.pool = block.norm, block.conv, block.pool
        self.carried, self.keeps = list(carried), keeps
        self.reach = block.conv.width // 2
        self.width = max(block.conv.n_in + sum(carried), block.conv.n_out)

    def forward(
        self, x: Float[Tensor, "batch row i"], missing: Missing, statistics: Statistics | None = None
    ) -> Float[Tensor, "batch out o"]:
        """Return rows of the pool, and beside them what is carried."""
        own, *carried = x.split([self.conv.n_in, *self.carried], dim=-1)
        before = self.conv.inside(with_zeros(self.norm(own.contiguous()), missing))
        first = self.reach - missing[0]
        items = [item[:, first : first + before.shape[1]] for item in carried]
        items = [before, *items] if self.keeps else items
        return torch.cat([self.pool(before), *map(_pairs, items)], dim=-1)


def _pairs(x: Float[Tensor, "batch row channel"]) -> Float[Tensor, "batch half double"]:
    batch, rows, channels = x.shape
    return x.reshape(batch, rows // 2, 2 * channels)


def baskerville_stages(stem: Stem, tower: Sequence[TowerBlock], n_kept: int) -> list[Stage]:
    """Return stem and tower as stages that run in evaluation; the last ``n_kept`` blocks are carried on."""
    carried: list[int] = []
    stages: list[Stage] = []
    for number, block in enumerate(tower):
        keeps = number >= len(tower) - n_kept
        part = BlockPart(block, carried, keeps)
        stages.append(Stage([part] if stages else [StemPart(stem), part]))
        carried = [2 * n for n in ([block.conv.n_out] if keeps else []) + carried]
    return stages
