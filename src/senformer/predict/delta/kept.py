"""The reference pass of a model's convolutional part, which keeps the outputs of its stages."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from senformer.model.stem import as_bases
from senformer.model.tiling.chunks import TILE_BINS, chunks, even
from senformer.model.tiling.recompute import run_tiles
from senformer.model.tiling.stage import Stage
from senformer.model.winograd import transformed_once

# Outputs with fewer bases a row are not kept: near a change they are made again from the sequence. Enformer's
# first two would be three quarters of all that could be kept.
_LEAST_BP = 8


def joined_stages(stages: Sequence[Stage]) -> list[Stage]:
    """Return the stages, the first ones joined to one whose output is the first that is kept."""
    n_first = 1
    while n_first < len(stages) and math.prod(stage.ratio for stage in stages[:n_first]) < _LEAST_BP:
        n_first += 1
    first = Stage([part for stage in stages[:n_first] for part in stage.parts])
    return [first, *stages[n_first:]]


def halo_bins(stages: Sequence[Stage]) -> int:
    """Return how many bins the stages read to either side of one."""
    reach_bp, ratio = 0, 1
    for part in (part for stage in stages for part in stage.parts):
        reach_bp += part.reach * ratio
        ratio *= part.ratio
    return -(-reach_bp // ratio)


@transformed_once()
def keep_levels(
    stages: Sequence[Stage], codes: UInt8[Tensor, "1 base"], n_kept: int, dtype: torch.dtype
) -> list[Float[Tensor, "row channel"]]:
    """Return the outputs of the last ``n_kept`` stages for one sequence.

    Chunks of bins go through all stages one after the other, as in
    :func:`senformer.model.tiling.chunks.in_tiles`.

    Parameters
    ----------
    stages
        From bases to bins, in evaluation.
    codes
        The sequence, whole bins.
    n_kept
        How many outputs are kept, the bins among them.
    dtype
        Of one-hot bases.
    """
    bin_bp, halo = math.prod(stage.ratio for stage in stages), even(halo_bins(stages))
    n_bins = codes.shape[1] // bin_bp
    whole: list[Tensor] = []
    for first, end in chunks(n_bins, TILE_BINS):
        left, right = max(0, first - halo), min(n_bins, end + halo)
        x, outputs = as_bases(codes[:, left * bin_bp : right * bin_bp], dtype), []
        for number, stage in enumerate(stages):
            x = run_tiles(stage, x)
            outputs += [x[0]] if number >= len(stages) - n_kept else []
        rows = [len(output) // (right - left) for output in outputs]
        whole = whole or [
            output.new_empty(n_bins * n, output.shape[1]) for n, output in zip(rows, outputs, strict=True)
        ]
        for n, level, output in zip(rows, whole, outputs, strict=True):
            level[first * n : end * n] = output[(first - left) * n : (end - left) * n]
    return whole
