"""A head of decision trees: log odds summed over boosted trees, and the probability calibrated by knots."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float, Float64, Int32
from torch import Tensor, nn

# Elements of one array while trees are walked, so that memory does not grow with the rows.
_AT_ONCE = 2**22
# How far from 0 and 1 a probability is kept where its log odds are told.
_LEAST = 1e-12


@dataclass(frozen=True)
class TreeSizes:
    """Trees of a track, splits from root to leaf, and knots of its calibration; 0 knots: none."""

    n_trees: int
    depth: int
    n_knots: int


@dataclass(frozen=True)
class TreeArrays:
    """The fitted arrays of one track.

    A tree is complete: below split ``i`` lie ``2 i + 1``, for values up to its threshold, and ``2 i + 2``.

    Attributes
    ----------
    features, thresholds
        Of each split.
    values
        Log odds that each leaf adds.
    baseline
        What is added to them all.
    knots
        Rows of a probability and what it stands for, rising; between them lie straight lines.
    """

    features: Int32[np.ndarray, "tree split"]
    thresholds: Float64[np.ndarray, "tree split"]
    values: Float64[np.ndarray, "tree leaf"]
    baseline: float
    knots: Float64[np.ndarray, "2 knot"]


class CalibratedTrees(nn.Module):
    """Sums over trees to calibrated log odds, in float64; all arrays are buffers.

    Attributes
    ----------
    features, thresholds, values, baseline
        Of every track, as in :class:`TreeArrays`.
    knots
        Of every track; shorter rows repeat their last knot.
    """

    HAS_GRADIENT: ClassVar[bool] = False

    features: Tensor
    thresholds: Tensor
    values: Tensor
    baseline: Tensor
    knots: Tensor

    def __init__(self, n_tracks: int, sizes: TreeSizes) -> None:
        super().__init__()
        self.sizes = sizes
        n_leaves, double = 2**sizes.depth, torch.float64
        shape = n_tracks, sizes.n_trees
        self.register_buffer("features", torch.zeros(*shape, n_leaves - 1, dtype=torch.int32))
        self.register_buffer("thresholds", torch.zeros(*shape, n_leaves - 1, dtype=double))
        self.register_buffer("values", torch.zeros(*shape, n_leaves, dtype=double))
        self.register_buffer("baseline", torch.zeros(n_tracks, dtype=double))
        self.register_buffer("knots", torch.zeros(n_tracks, 2, sizes.n_knots, dtype=double))

    def forward(self, x: Float[Tensor, "*any wide"]) -> Float64[Tensor, "*any track"]:
        """Return the log odds of the calibrated probabilities, which are kept 1e-12 from 0 and 1."""
        rows = x.reshape(-1, x.shape[-1])
        found = torch.logit(self.probabilities(rows), eps=_LEAST)
        return found.reshape(*x.shape[:-1], -1)

    def probabilities(self, x: Float[Tensor, "row wide"]) -> Float64[Tensor, "row track"]:
        """Return the calibrated probability of every track."""
        n_trees = max(1, self.values.shape[0] * self.values.shape[1])
        parts = x.double().split(max(1, _AT_ONCE // n_trees))
        return self.calibrate(torch.sigmoid(torch.cat([self.scores(part) for part in parts])))

    def scores(self, x: Float64[Tensor, "row wide"]) -> Float64[Tensor, "row track"]:
        """Return the sum over the leaves that a row reaches, before calibration."""
        n_tracks, n_trees, n_leaves = self.values.shape
        place = torch.arange(n_tracks * n_trees, device=x.device)
        split = torch.zeros(len(x), len(place), dtype=torch.int64, device=x.device)
        features, thresholds = self.features.flatten(), self.thresholds.flatten()
        for _ in range(self.sizes.depth):
            at = place * (n_leaves - 1) + split
            read = torch.gather(x, 1, features[at].long())
            split = 2 * split + 1 + (read > thresholds[at])
        leaves = self.values.flatten()[place * n_leaves + split - (n_leaves - 1)]
        return leaves.reshape(len(x), n_tracks, n_trees).sum(dim=2) + self.baseline

    def calibrate(self, p: Float64[Tensor, "row track"]) -> Float64[Tensor, "row track"]:
        """Return what the knots say of each probability; beyond the first and last, what these say."""
        if not self.sizes.n_knots:
            return p
        x, y = self.knots[:, 0].contiguous(), self.knots[:, 1].contiguous()
        inside = p.T.contiguous().clamp(x[:, :1], x[:, -1:])
        above = torch.searchsorted(x, inside).clamp(1, self.sizes.n_knots - 1)
        (x0, x1), (y0, y1) = ((k.gather(1, above - 1), k.gather(1, above)) for k in (x, y))
        # Where two knots are one, its own value.
        share = torch.where(x1 > x0, (inside - x0) / (x1 - x0), 1.0)
        return (y0 + share * (y1 - y0)).T


def stack_trees(tracks: list[TreeArrays]) -> tuple[TreeSizes, dict[str, Tensor]]:
    """Return the sizes and buffers of a head of several tracks.

    Tracks with fewer trees than others get trees of the value 0.
    """
    n_trees = max(len(track.values) for track in tracks)
    n_knots = max(2, *(track.knots.shape[1] for track in tracks))
    arrays = {
        name: np.stack([_with_rows(getattr(track, name), n_trees) for track in tracks])
        for name in ("features", "thresholds", "values")
    }
    arrays["baseline"] = np.array([track.baseline for track in tracks], dtype=np.float64)
    arrays["knots"] = np.stack(
        [np.pad(t.knots, ((0, 0), (0, n_knots - t.knots.shape[1])), mode="edge") for t in tracks]
    )
    depth = tracks[0].values.shape[1].bit_length() - 1
    sizes = TreeSizes(n_trees, depth, n_knots)
    return sizes, {name: torch.from_numpy(array) for name, array in arrays.items()}


def _with_rows(array: np.ndarray, n_rows: int) -> np.ndarray:
    return np.pad(array, ((0, n_rows - len(array)), (0, 0)))
