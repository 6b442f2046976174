"""The three arrays of a chromosome or of a pack of contigs: shape, type, cut and meaning."""

import numpy as np

from senformer.core.shapes import N_CODE
from senformer.dataset import layout
from senformer.dataset.arrays import ArraySpec
from senformer.dataset.plan import BuildPlan


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
    """Return the array of the targets."""
    config, n_bins = plan.config, plan.n_bins(array)
    itemsize = np.dtype(config.dtype).itemsize
    return ArraySpec(
        shape=(n_bins, len(plan.tracks)),
        dtype=config.dtype,
        grid=layout.target_grid(n_bins, len(plan.tracks), itemsize, config.bin_bp),
        axes=("bin", "track"),
        fill=float("nan"),
        meaning={
            "meaning": "pooled and scaled signal; NaN is masked",
            "bin_bp": config.bin_bp,
            "tracks": [track.name for track in plan.tracks],
        },
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
