"""A stage: consecutive pieces that a tile goes through in one, and the sizes of its tiles."""

import itertools
import math
import operator
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from senformer.model.norm import Statistics
from senformer.model.tiling.pieces import Part, pieces
from senformer.model.tiling.spans import Source, source

# Of the widest activation in one tile, by device. On a CPU a tile's dozen activations should stay near
# the caches and its matrices be long enough to multiply well; a GPU wants larger ones.
TILE_BYTES = {"cpu": 6 * 2**20, "cuda": 128 * 2**20}
_VALUE_BYTES = 4
# Rows that :func:`~senformer.model.linear.pointwise` multiplies best: of a tile, and of what lies between.
_TILE_MULTIPLE, _ROW_MULTIPLE = 256, 16


def tile_bytes(device: torch.device) -> int:
    """Return the bytes of the widest activation in a tile."""
    return TILE_BYTES.get(device.type, TILE_BYTES["cuda"])


class Stage(nn.Module):
    """Pieces run in a row on one tile; only the input of the first is ever whole.

    Parameters
    ----------
    parts
        Pieces, each reading the one before. Several together need given statistics. A stage that is run
        in evaluation alone may have any parts.
    """

    def __init__(self, parts: Sequence[Part]) -> None:
        super().__init__()
        self.parts: list[Any]
        self.parts = nn.ModuleList(parts)  # type: ignore[assignment]

    @property
    def ratio(self) -> int:
        """Input rows merged into an output row."""
        return math.prod(part.ratio for part in self.parts)

    def tile_rows(self, device: torch.device) -> int:
        """Return the output rows of a tile."""
        ratios = [part.ratio for part in self.parts]
        widths = [part.width * math.prod(ratios[i:]) for i, part in enumerate(self.parts)]
        rows = tile_bytes(device) // (max(widths) * _VALUE_BYTES)
        return rows // _TILE_MULTIPLE * _TILE_MULTIPLE if rows > _TILE_MULTIPLE else max(rows, 1)

    def sources(self, first: int, end: int, n_rows: int) -> list[Source]:
        """Return what each piece reads for the output rows ``first`` to ``end``.

        Parameters
        ----------
        first, end
            Output rows, end excluded.
        n_rows
            Rows of the stage's whole input.
        """
        merged = itertools.accumulate([part.ratio for part in self.parts[:-1]], operator.mul, initial=1)
        lengths = [n_rows // ratio for ratio in merged]
        found: list[Source] = []
        for part, length in zip(reversed(self.parts), reversed(lengths), strict=True):
            read = source(first, end, length, ratio=part.ratio, reach=part.reach)
            # What a piece before makes should be as many rows as multiply well.
            found.insert(0, read if part is self.parts[0] else read.rounded(length, _ROW_MULTIPLE))
            first, end = found[0].first, found[0].end
        return found

    def forward(
        self,
        x: Float[Tensor, "batch row i"],
        sources: Sequence[Source],
        statistics: Sequence[Statistics] | None = None,
    ) -> Float[Tensor, "batch out o"]:
        """Return a tile's output rows from the rows that ``sources`` say.

        In evaluation, statistics may be left out.
        """
        nothing: list[Statistics | None] = [None] * len(self.parts)
        for part, read, known in zip(self.parts, sources, statistics or nothing, strict=True):
            x = part(x[:, : x.shape[1] - read.surplus], read.missing, known)
        return x


def stages(stem: nn.Module, tower: Iterable[nn.Module]) -> list[Stage]:
    """Return stem and tower in stages.

    A norm in training needs the statistics of its whole input, so it begins a stage. Where all norms are
    in evaluation, the stem goes together with the first block, whose input is the largest activation
    of all, and every other block is one stage.
    """
    first, *rest = pieces(stem, tower)
    groups: list[list[Any]] = [[first, *rest[:2]], *(rest[i : i + 2] for i in range(2, len(rest), 2))]
    found: list[Stage] = []
    for group in groups:
        if any(part.norm.training for part in group):
            found += [Stage([part]) for part in group]
        else:
            found.append(Stage(group))
    return found
