"""Counts effects in cells while a score table streams by: memory holds the cells, not the effects.

A power of two has sixteen cells of sizes: a quantile read off them is within 1/32 of the true one. In the
plane it has eight, and 0.05 is one cell of what effects are drawn against.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Int64

from senformer.report.scores.table import ScoredRows
from senformer.variants.table import PERCENTILE, SPREAD, beside_name

# Sizes of float32 from 2^-24 to 2^24, by their exponent and the first four bits of what follows it.
_SHIFT, _LOW, _HIGH = 19, (127 - 24) << 4, (127 + 24) << 4
N_SIZES = _HIGH - _LOW + 1
"""Cells of sizes; the first one holds what is smaller than any other, 0 too."""
_COARSE = 2
N_SIDE = (N_SIZES + _COARSE - 1) // _COARSE
STEP = 0.05
N_UP = 121
"""Cells upwards; the last one holds all that is beyond the others."""


@dataclass(frozen=True)
class Against:
    """What effects are drawn against.

    Attributes
    ----------
    kind
        ``percentile``: how few random variants have as large an effect, as -log10(1 - percentile / 100);
        ``reference``: log10(1 + the signal of REF), from SAD and SAR; ``nothing`` where neither is known.
    names
        The columns that it is computed from.
    """

    kind: str
    names: tuple[str, ...]

    def heights(self, values: dict[str, np.ndarray]) -> Float[np.ndarray, "row track"] | None:
        """Return where every score stands upwards; infinite where beyond all, NaN where not known."""
        with np.errstate(all="ignore"):
            if self.kind == "percentile":
                return -np.log10(np.maximum(0, 1 - values[self.names[0]] / 100))
            if self.kind == "reference":
                # SAR = log2((1 + ALT) / (1 + REF)) and SAD = ALT - REF, so that 1 + REF is SAD / (2^SAR - 1).
                sad, sar = (values[name].astype(np.float64) for name in self.names)
                return np.log10(sad / np.expm1(sar * np.log(2)))
        return None


def choose_against(rank_scorer: str, names: Sequence[str]) -> Against:
    """Return what the effects of ``rank_scorer`` can be drawn against, by the columns that there are.

    The signal of REF follows from SAD and SAR of the same bins and one model, not from means over several.
    """
    percentile = beside_name(rank_scorer, PERCENTILE)
    if percentile in names:
        return Against("percentile", (percentile,))
    name, at, mask = rank_scorer.partition("@")
    sad = f"SAD{at}{mask}"
    if name == "SAR" and sad in names and beside_name(sad, SPREAD) not in names:
        return Against("reference", (sad, rank_scorer))
    return Against("nothing", ())


class Tally:
    """The counts.

    Attributes
    ----------
    sizes
        Of every track, how many scores have a size in each cell.
    plane
        How many scores have an effect and a height in each cell; effects below 0 come first.
    n_scores
        Of every track, how many were counted.
    n_above
        Of every track, how many of them are above 0.
    lowest, highest
        The smallest and the largest score of all.
    largest
        Of every track, the score with the largest absolute value.
    largest_key
        The variant that it is of.
    """

    def __init__(self, n_tracks: int, rank_scorer: str, against: Against) -> None:
        self.rank_scorer, self.against = rank_scorer, against
        self.sizes = np.zeros((n_tracks, N_SIZES), dtype=np.int64)
        self.plane = np.zeros((2 * N_SIDE - 1, N_UP), dtype=np.int64)
        self.n_scores = np.zeros(n_tracks, dtype=np.int64)
        self.n_above = np.zeros(n_tracks, dtype=np.int64)
        self.lowest, self.highest = np.inf, -np.inf
        self.largest = np.zeros(n_tracks, dtype=np.float32)
        self.largest_key = [""] * n_tracks

    def add(self, rows: ScoredRows) -> None:
        """Count some more rows; a score that a row does not have (NaN) is passed over."""
        scores = np.ascontiguousarray(rows.values[self.rank_scorer], dtype=np.float32)
        known = np.isfinite(scores)
        cells = size_cells(scores)
        track = np.broadcast_to(np.arange(scores.shape[1]), scores.shape)
        flat = (track * N_SIZES + cells)[known]
        self.sizes += np.bincount(flat, minlength=self.sizes.size).reshape(self.sizes.shape)
        self.n_scores += known.sum(axis=0)
        self.n_above += (known & (scores > 0)).sum(axis=0)
        self.lowest = min(self.lowest, float(scores.min(where=known, initial=np.inf)))
        self.highest = max(self.highest, float(scores.max(where=known, initial=-np.inf)))
        self._keep_largest(np.where(known, scores, 0), rows.facts["key"])
        heights = self.against.heights(rows.values)
        heights = np.zeros(scores.shape) if heights is None else heights
        known &= ~np.isnan(heights)
        across = plane_cells(scores, cells)[known]
        up = np.clip(np.floor(heights[known] / STEP), 0, N_UP - 1).astype(np.int64)
        flat = across * N_UP + up
        self.plane += np.bincount(flat, minlength=self.plane.size).reshape(self.plane.shape)

    def _keep_largest(self, scores: Float[np.ndarray, "row track"], keys: Sequence[str]) -> None:
        row = np.abs(scores).argmax(axis=0)
        there = scores[row, np.arange(len(row))]
        for track in np.flatnonzero(np.abs(there) > np.abs(self.largest)):
            self.largest[track], self.largest_key[track] = there[track], keys[row[track]]

    def by_track(self, tracks: pd.DataFrame) -> pd.DataFrame:
        """Return a row a track: number, share above 0, quantiles of the size, largest effect, its variant."""
        with np.errstate(invalid="ignore"):
            share = self.n_above / self.n_scores
        return tracks.assign(
            n_scored=self.n_scores,
            share_above=share,
            median_size=size_quantiles(self.sizes, 0.5),
            size_99=size_quantiles(self.sizes, 0.99),
            largest=self.largest,
            largest_key=self.largest_key,
        )

    def cells(self) -> pd.DataFrame:
        """Return the cells of the plane that hold any score: their bounds and how many they hold."""
        across, up = np.nonzero(self.plane)
        edges = plane_edges()
        upper = np.where(up == N_UP - 1, np.inf, (up + 1) * STEP)
        return pd.DataFrame(
            {
                "effect_from": edges[across],
                "effect_to": edges[across + 1],
                "height_from": up * STEP,
                "height_to": upper,
                "n": self.plane[across, up],
            }
        )


def size_cells(scores: Float[np.ndarray, "row track"]) -> Int64[np.ndarray, "row track"]:
    """Return the cell that holds the size of each float32."""
    bits = np.abs(scores).view(np.uint32) >> _SHIFT
    return np.clip(bits.astype(np.int64) - _LOW + 1, 0, N_SIZES - 1)


def plane_cells(scores: Any, cells: Int64[np.ndarray, "row track"]) -> Int64[np.ndarray, "row track"]:
    """Return the column of the plane that holds each score."""
    side = (cells + _COARSE - 1) // _COARSE
    return np.where(scores < 0, N_SIDE - 1 - side, N_SIDE - 1 + side)


def size_edges() -> Float[np.ndarray, " edge"]:
    """Return the bounds of the cells of sizes, from 0 up."""
    bits = (np.arange(N_SIZES, dtype=np.uint32) + _LOW) << _SHIFT
    return np.concatenate([[0.0], bits.astype(np.uint32).view(np.float32).astype(np.float64)])


def plane_edges() -> Float[np.ndarray, " edge"]:
    """Return the bounds of the columns of the plane, from the most negative up; those around 0 are one."""
    positive = size_edges()[1::_COARSE]
    return np.concatenate([-positive[::-1], positive])


def size_quantiles(sizes: Int64[np.ndarray, "track cell"], share: float) -> Float[np.ndarray, " track"]:
    """Return a quantile of the sizes of every track, the middle of its cell; NaN where there are none."""
    total = sizes.sum(axis=1, keepdims=True)
    cell = (np.cumsum(sizes, axis=1) < np.maximum(1, np.ceil(share * total))).sum(axis=1)
    edges = size_edges()
    cell = np.minimum(cell, N_SIZES - 1)
    middle = np.where(cell == 0, 0.0, (edges[cell] + edges[cell + 1]) / 2)
    return np.where(total[:, 0] > 0, middle, np.nan)
