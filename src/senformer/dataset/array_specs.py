"""The three arrays of a chromosome or of a pack of contigs: shape, type, cut and meaning."""

from collections.abc import Sequence

import numpy as np

from senformer.core.shapes import N_CODE
from senformer.dataset import layout
from senformer.dataset.arrays import ArraySpec
from senformer.dataset.plan import BuildPlan
from senformer.tracks.track import Track


def codes_spec(plan: BuildPlan, array: str) -> ArraySpec:
    """Return the array of the bases."""
    size = plan.n_bases(array)
    meaning = (
        "bases of the contigs, one after the other" if array in plan.packs else "bases of the chromosome"
    )
    return ArraySpec(
        shape=(size,),
        dtype="uint8",
        grid=layout.sequence_grid(size),
        axes=("base",),
        fill=N_CODE,
        meaning={"meaning": meaning, "codes": "A 0, C 1, G 2, T 3, N 4"},
    )


def targets_spec(plan: BuildPlan, array: str) -> ArraySpec:
    """Return the array of the targets; without measurements it has no columns, and is never written."""
    config = plan.config
    meaning = "pooled and scaled signal; NaN is masked"
    stored = plan.tracks[: plan.n_stored]
    return tracks_spec(plan.n_bins(array), stored, config.bin_bp, config.dtype, meaning)


def tracks_spec(n_bins: int, tracks: Sequence[Track], bin_bp: int, dtype: str, meaning: str) -> ArraySpec:
    """Return an array of so many bins of tracks, NaN where nothing is known."""
    return ArraySpec(
        shape=(n_bins, len(tracks)),
        dtype=dtype,
        grid=layout.target_grid(n_bins, len(tracks), np.dtype(dtype).itemsize, bin_bp),
        axes=("bin", "track"),
        fill=float("nan"),
        meaning={"meaning": meaning, "bin_bp": bin_bp, "tracks": [track.name for track in tracks]},
    )


def facts_spec(plan: BuildPlan, array: str) -> ArraySpec:
    """Return the array of the counts: cut as the targets are, for a piece writes both.

    A chunk of a pack is one of its targets, so that a short contig is read without all the others.
    """
    n_bins, grid = plan.n_bins(array), targets_spec(plan, array).grid
    return ArraySpec(
        shape=(n_bins, len(layout.BIN_FIELDS)),
        dtype="int32",
        grid=layout.Grid(grid.chunk if array in plan.packs else grid.shard, grid.shard),
        axes=("bin", "field"),
        fill=-1,
        meaning={"meaning": "counts per bin", "fields": list(layout.BIN_FIELDS)},
    )
