"""The sums of an evaluation: raw on stored units, and log1p on measured units, side by side.

Blocks of tracks are counted by several threads. Each block has its own columns and its own order, so that
the sums do not depend on how many there are.
"""

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Float32, Float64, Int

from senformer.evaluate.grid import cells
from senformer.evaluate.metrics import METRICS
from senformer.evaluate.metrics.pearson import Moments
from senformer.tracks.scaling import Scaling

# Tracks at a time: all that is made of them fits a cache.
_COLUMNS = 128

Group = tuple[Scaling, Int[np.ndarray, " column"]]


class TrackSums:
    """Moments per track in both units, and the Poisson deviance of stored ones; parts of a split add up.

    Attributes
    ----------
    scalings
        How each track was scaled when the dataset was built.
    n_bins
        Bins added, masked or not.
    raw
        Over stored values: what the model was trained on.
    log1p
        Over ``log(1 + x)`` of measured values x, the scaling undone on both sides; -x where the scale is
        negative (a file that holds its signal below zero).
    poisson
        Over stored values; None where it is not asked for (``with_deviance``).
    below
        Tracks with a counted bin that measures or predicts -1 or less, where ``log(1 + x)`` does not exist.
    label_tracks
        Tracks whose targets are labels, ascending; none of them by default.
    label_edges
        Cells that the scores of those tracks are counted in; None where each is kept.
    ranks
        Scores of positives and negatives of those tracks, or the numbers of their cells; None where there is
        no such track.
    """

    def __init__(
        self,
        scalings: Sequence[Scaling],
        label_tracks: Sequence[int] = (),
        label_edges: Float32[np.ndarray, "label edge"] | None = None,
        *,
        with_deviance: bool = True,
    ) -> None:
        self.scalings = tuple(scalings)
        self.n_bins = 0
        self.raw = METRICS["pearson"](len(self.scalings))
        self.log1p = METRICS["pearson"](len(self.scalings))
        self.poisson: Any = METRICS["poisson_deviance"](len(self.scalings)) if with_deviance else None
        self.below: Bool[np.ndarray, " track"] = np.zeros(len(self.scalings), bool)
        self.label_tracks, self.label_edges = tuple(label_tracks), label_edges
        self.ranks = METRICS["auroc"](len(self.scalings)) if self.label_tracks else None
        self._groups = _columns_by_scaling(self.scalings)

    def add(
        self,
        prediction: Float[np.ndarray, "bin track"],
        target: Float[np.ndarray, "bin track"],
        pool: Executor | None = None,
    ) -> None:
        """Count the bins of one window in place; NaN targets are left out of both.

        Threads of a ``pool`` count blocks of tracks at once.
        """
        self.n_bins += len(target)
        if self.ranks is not None:
            tracks = np.array(self.label_tracks)
            scores = prediction[:, tracks]
            if self.label_edges is not None:
                scores = cells(self.label_edges, scores).T.astype(np.float32)
            self.ranks.add(scores, target[:, tracks], tracks)

        def count(group: Group) -> None:
            self._add_block(prediction, target, *group)

        for _ in (map if pool is None else pool.map)(count, self._groups):
            pass

    def _add_block(
        self,
        prediction: Float[np.ndarray, "bin track"],
        target: Float[np.ndarray, "bin track"],
        scaling: Scaling,
        tracks: Int[np.ndarray, " some"],
    ) -> None:
        x, y = prediction[:, tracks], target[:, tracks]
        self.raw.add(x, y, tracks)
        if self.poisson is not None:
            self.poisson.add(x, y, tracks)
        masked = np.isnan(y)
        x, y = (self._log1p(values, scaling, tracks, masked) for values in (x, y))
        np.copyto(y, np.nan, where=masked)
        self.log1p.add(x, y, tracks)

    def __add__(self, other: "TrackSums") -> "TrackSums":
        """Return the sums over the union of two disjoint parts."""
        if not isinstance(other, TrackSums) or other.scalings != self.scalings:
            raise ValueError("only sums over tracks of the same scaling can be added")
        if self.label_tracks != other.label_tracks:
            raise ValueError("sums with labels and without cannot be added")
        has_deviance = self.poisson is not None
        total = TrackSums(self.scalings, self.label_tracks, self.label_edges, with_deviance=has_deviance)
        total.ranks = None if self.ranks is None else self.ranks + other.ranks
        total.raw, total.log1p = self.raw + other.raw, self.log1p + other.log1p
        total.poisson = self.poisson + other.poisson if has_deviance else None
        total.n_bins = self.n_bins + other.n_bins
        total.below = self.below | other.below
        return total

    def raw_result(self, metric: str = "pearson") -> Moments:
        """Return a metric of the moments (``pearson``, ``r2``, ``mse``) per track, stored units."""
        return METRICS[metric].from_state(self.raw.state).result()

    def log1p_result(self, metric: str = "pearson") -> Moments:
        """Return a metric of ``log(1 + x)`` per track; NaN also where a value is -1 or less."""
        return np.where(self.below, np.nan, METRICS[metric].from_state(self.log1p.state).result())

    def poisson_result(self, metric: str = "poisson_deviance") -> Moments:
        """Return ``poisson_deviance`` or ``poisson_d2`` per track, stored units."""
        return METRICS[metric].from_state(self.poisson.state).result()

    def _log1p(
        self,
        stored: Float[np.ndarray, "bin some"],
        scaling: Scaling,
        tracks: Int[np.ndarray, " some"],
        masked: Bool[np.ndarray, "bin some"],
    ) -> Float64[np.ndarray, "bin some"]:
        measured = scaling.inverse(stored).astype(np.float64)
        # A negative scale marks a file whose signal lies below zero; its size is what counts here.
        if scaling.scale < 0:
            np.negative(measured, out=measured)
        # Not "<= -1": what sqrt never makes comes back as NaN.
        below = ~(measured > -1)
        if below.any():
            self.below[tracks] |= (below & ~masked).any(axis=0)
            np.copyto(measured, 0.0, where=below)
        return np.log1p(measured, out=measured)


def _columns_by_scaling(scalings: Sequence[Scaling]) -> list[Group]:
    columns = defaultdict(list)
    for column, scaling in enumerate(scalings):
        columns[scaling].append(column)
    return [
        (scaling, np.array(found[first : first + _COLUMNS]))
        for scaling, found in columns.items()
        for first in range(0, len(found), _COLUMNS)
    ]
