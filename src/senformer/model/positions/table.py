"""The basis of distances of one window: kept whole where it is small, otherwise evaluated on demand."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float, Int64
from torch import Tensor

# The longest window whose distances are kept whole, in bins: 8.4 Mb of 128-bp bins, 0.1 GB of features.
WHOLE_BINS = 65_536
# Distances evaluated at a time: the formulas are in float64.
_CHUNK = 16_384

Basis = Callable[[Tensor, int, int], Tensor]


@dataclass(frozen=True)
class PositionTable:
    """Features of the distances (key - query) of a window.

    Attributes
    ----------
    basis
        A row of ``POSITIONS``.
    n_bins
        Bins of the window: distances run from ``-(n_bins - 1)`` to ``n_bins - 1``.
    n_features, basis_bins
        Columns; the number of bins that the basis is made for, whatever the window.
    like
        Features have its type and device.
    """

    basis: Basis
    n_bins: int
    n_features: int
    basis_bins: int
    like: Tensor

    @property
    def is_whole(self) -> bool:
        """Whether the features of all distances are kept."""
        return self.n_bins <= WHOLE_BINS

    @cached_property
    def _whole(self) -> Tensor:
        # Kept for calls to come, which may want gradients of what they multiply it with.
        with torch.inference_mode(False):
            return self.at(torch.arange(-(self.n_bins - 1), self.n_bins))

    def whole(self) -> Float[Tensor, "offset feature"]:
        """Return the features of all distances, smallest first; computed once where :attr:`is_whole`."""
        return self._whole if self.is_whole else self.at(torch.arange(-(self.n_bins - 1), self.n_bins))

    def at(self, distances: Int64[Tensor, " offset"]) -> Float[Tensor, "offset feature"]:
        """Return the features of any distances."""
        parts = [
            self.basis(part.to(self.like.device, torch.float64), self.n_features, self.basis_bins).to(
                self.like
            )
            for part in distances.split(_CHUNK)
        ]
        return torch.cat(parts)
