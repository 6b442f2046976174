"""Stem and tower cut before their norms: each piece holds one norm and computes any rows of its output.

A piece is given exactly the rows that its output rows depend on. Rows beyond the sequence's ends are
zeros, put in after norm and GELU as the whole network does.
"""

import abc
from collections.abc import Iterable, Iterator

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from senformer.model.conv_tower import TowerBlock
from senformer.model.norm import GELU_GAIN, NormGelu, Statistics
from senformer.model.stem import Stem

Missing = tuple[int, int]


def with_zeros(
    x: Float[Tensor, "batch row channel"], missing: Missing
) -> Float[Tensor, "batch filled channel"]:
    """Put back the rows that lie beyond the ends."""
    return functional.pad(x, (0, 0, *missing)) if any(missing) else x


class Part(nn.Module, abc.ABC):
    """A part of a network whose output rows each depend on near input rows alone.

    Attributes
    ----------
    ratio, reach
        Input rows merged into an output row; further rows read on either side.
    width
        Channels of its widest activation at the input's resolution.
    """

    ratio = 1
    reach = 0
    width: int

    @abc.abstractmethod
    def forward(
        self, x: Float[Tensor, "batch row i"], missing: Missing, statistics: Statistics | None = None
    ) -> Float[Tensor, "batch out o"]:
        """Return output rows from exactly the rows that they depend on.

        Parameters
        ----------
        x
            Rows of the input that exist: ``(out - 1) * ratio + ratio + 2 * reach`` less those missing.
        missing
            How many rows lie before the sequence's start, and how many beyond its end.
        statistics
            What its norm normalizes by; by default what the norm's mode says.
        """


class Piece(Part):
    """What stands between two norms, with the norm that it begins with."""

    @property
    @abc.abstractmethod
    def norm(self) -> NormGelu:
        """Its norm."""


class WidenPiece(Piece):
    """The first half of a tower block: norm, GELU, convolution of five positions."""

    def __init__(self, block: TowerBlock) -> None:
        super().__init__()
        self.normalize, self.conv = block.norm, block.conv
        self.reach = block.conv.width // 2
        self.width = max(block.conv.n_in, block.conv.n_out)

    @property
    def norm(self) -> NormGelu:
        """The block's first norm."""
        return self.normalize

    def forward(
        self, x: Float[Tensor, "batch row i"], missing: Missing, statistics: Statistics | None = None
    ) -> Float[Tensor, "batch out o"]:
        """Return rows of the convolution."""
        return self.conv.inside(with_zeros(self.norm(x, statistics), missing), gain=GELU_GAIN)


class NarrowPiece(Piece):
    """The second half of a tower block: residual pointwise block and pooling."""

    ratio = 2

    def __init__(self, block: TowerBlock | Stem) -> None:
        super().__init__()
        self.residual, self.pool = block.residual, block.pool
        self.width = block.conv.n_out

    @property
    def norm(self) -> NormGelu:
        """The residual's norm."""
        return self.residual.norm

    def forward(
        self, x: Float[Tensor, "batch row i"], missing: Missing, statistics: Statistics | None = None
    ) -> Float[Tensor, "batch out o"]:
        """Return rows of the pool."""
        return self.pool(self.residual(x, statistics))


class StemPiece(NarrowPiece):
    """The stem: convolution of one-hot bases, then the same; the norm reads what the convolution returns."""

    def __init__(self, stem: Stem) -> None:
        super().__init__(stem)
        self.conv = stem.conv
        self.reach = stem.conv.width // 2

    def forward(
        self, x: Float[Tensor, "batch row i"], missing: Missing, statistics: Statistics | None = None
    ) -> Float[Tensor, "batch out o"]:
        """Return rows of the pool."""
        return super().forward(self.conv.inside(with_zeros(x, missing)), missing, statistics)


def pieces(stem: Stem, tower: Iterable[nn.Module]) -> list[Piece]:
    """Return stem and tower in pieces; their parameters are the modules' own."""
    found: list[Piece] = [StemPiece(stem)]
    for block in tower:
        assert isinstance(block, TowerBlock)
        found += [WidenPiece(block), NarrowPiece(block)]
    return found


def norms(stem: Stem, tower: Iterable[nn.Module]) -> Iterator[NormGelu]:
    """Yield the norms of the pieces, in their order."""
    yield stem.residual.norm
    for block in tower:
        assert isinstance(block, TowerBlock)
        yield from (block.norm, block.residual.norm)
