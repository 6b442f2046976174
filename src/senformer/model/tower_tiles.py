"""Stem and tower tile by tile: base-resolution activations exist for one tile at a time.

Exact where each output depends on near inputs alone, that is with batch normalization in evaluation. A
tile is run with a halo whose outputs are dropped; only where the sequence itself ends do its ends meet
the zeros beyond.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

# Bins of all examples in one tile: the halo costs 2 %, one channel at base resolution 128 kB.
TILE_BINS = 256
# Stem and tower reach 2 bins and 3 bp to either side: 7 bp in the stem, 2 positions in each block.
HALO_BINS = 3


def in_tiles(
    run: Callable[[Tensor], Tensor], x: Float[Tensor, "batch base 4"], bin_bp: int
) -> Float[Tensor, "batch bin channel"]:
    """Return ``run(x)`` computed in tiles of about ``TILE_BINS`` bins and joined again.

    Parameters
    ----------
    run
        From one-hot bases to bins, each depending on inputs within ``HALO_BINS`` bins alone.
    x
        One-hot bases, whole bins.
    bin_bp
        Bases a bin.
    """
    batch, n_bases, _ = x.shape
    n_bins, step = n_bases // bin_bp, max(HALO_BINS, TILE_BINS // batch)
    if n_bins <= step + 2 * HALO_BINS:
        return run(x)
    parts = []
    for first in range(0, n_bins, step):
        end = min(first + step, n_bins)
        left, right = max(0, first - HALO_BINS), min(n_bins, end + HALO_BINS)
        part = run(x[:, left * bin_bp : right * bin_bp])
        # A copy, so that the halo's memory is not kept.
        parts.append(part[:, first - left : end - left].clone())
    return torch.cat(parts, dim=1)
