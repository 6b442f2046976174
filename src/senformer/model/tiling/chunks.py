"""Without gradients: chunks of bins through stem and tower, of any network, one after the other.

Exact where each output depends on near inputs alone, that is with batch normalization in evaluation. A
chunk is run with a halo whose outputs are dropped; only where the sequence itself ends do its ends meet
the zeros beyond.
"""

from collections.abc import Callable, Iterator

from jaxtyping import Float, Shaped
from torch import Tensor

from senformer.model.winograd import transformed_once

# Bins of all examples in one tile: the halo costs 3 %, one channel at base resolution 128 kB.
TILE_BINS = 256
# Enformer's stem and tower reach 2 bins and 3 bp to either side: 7 bp in the stem, 2 positions in each block.
# One more, so that in every block a chunk begins at a multiple of four rows: see senformer.model.winograd.
HALO_BINS = 4


@transformed_once()
def in_tiles(
    run: Callable[[Tensor], Tensor],
    x: Shaped[Tensor, "batch base *channel"],
    bin_bp: int,
    halo_bins: int | None = None,
) -> Float[Tensor, "batch bin channel"]:
    """Return ``run(x)`` computed in tiles of about ``TILE_BINS`` bins and joined again.

    Parameters
    ----------
    run
        From codes or one-hot bases to bins, each depending on inputs within ``halo_bins`` bins alone.
    x
        Codes (batch, base) or one-hot bases (batch, base, 4), whole bins.
    bin_bp
        Bases a bin.
    halo_bins
        How far ``run`` reaches to either side; by default ``HALO_BINS``, as Enformer's does.
    """
    batch, n_bases = x.shape[:2]
    n_bins, halo = n_bases // bin_bp, even(HALO_BINS if halo_bins is None else halo_bins)
    step = max(halo, TILE_BINS // batch)
    if n_bins <= step + 2 * halo:
        return run(x)
    whole: Tensor | None = None
    for first, end in chunks(n_bins, step):
        left, right = max(0, first - halo), min(n_bins, end + halo)
        part = run(x[:, left * bin_bp : right * bin_bp])
        if whole is None:
            whole = part.new_empty(batch, n_bins, part.shape[-1])
        whole[:, first:end] = part[:, first - left : end - left]
    assert whole is not None
    return whole


def even(n: int) -> int:
    """Return a number or the next."""
    return n + n % 2


def chunks(n_bins: int, step: int) -> Iterator[tuple[int, int]]:
    """Yield where chunks of about ``step`` bins begin and end: at even bins, and all of about one length.

    Each is then a multiple of four rows in every block (see :mod:`senformer.model.winograd`), and none is so
    short that it takes another way.
    """
    step = even(-(-n_bins // -(-n_bins // step)))
    for first in range(0, n_bins, step):
        yield first, min(first + step, n_bins)
