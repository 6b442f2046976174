"""align: one window, its bins moved onto those of the genome. Under ``align`` in ``INDELS``.

With bins of 1 bp this is the alignment of SpliceAI: inserted bases are folded into the base before them by
the maximum, and deleted bases are 0. Wider bins move by the nearest whole number of bins, so that an
insertion or deletion of less than half a bin moves nothing.

Source: idea of Jaganathan et al. 2019, Cell, doi:10.1016/j.cell.2018.12.015 (scores of indels), at the
resolution of bins.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from senformer.variants.indel import IndelPlace, Indels


def aligned(
    genome: Float[np.ndarray, "bin track"],
    others: Sequence[Float[np.ndarray, "bin track"]],
    place: IndelPlace,
) -> Float[np.ndarray, "bin track"]:
    """Return the prediction of the window anchored left, on the bins of the genome's.

    ``n`` is the number of bins by which the bases right of the variant are moved, the nearest to the change
    of length (halves away from 0), and ``b`` the bin that holds the base before the first changed one. Bins
    up to ``b`` stay. Insertion: bin ``b`` is the maximum over bins ``b`` to ``b + n`` of the window, and
    those after it come from ``n`` bins further right. Deletion: ``n`` bins after ``b`` are 0, and those
    after them come from ``n`` bins further left. A bin for which the window then holds none is the genome's:
    it counts as unchanged.
    """
    (other,) = others
    n_bins = len(other)
    n_moved = (2 * abs(place.gain_bp) + place.bin_bp) // (2 * place.bin_bp)
    if n_moved == 0:
        return other
    before = (place.first_bp - 1) // place.bin_bp
    bins = np.arange(n_bins)
    source = np.where(bins > before, bins + (n_moved if place.gain_bp > 0 else -n_moved), bins)
    is_held = (source >= 0) & (source < n_bins)
    result = np.where(is_held[:, None], other[np.where(is_held, source, 0)], genome)
    if place.gain_bp < 0:
        result[(bins > before) & (bins <= before + n_moved)] = 0
    elif 0 <= before < n_bins:
        result[before] = other[before : before + n_moved + 1].max(axis=0)
    return result


ALIGN = Indels(
    name="align",
    rule="ALT bins moved onto REF bins: inserted ones folded into the one before (maximum), deleted ones 0",
    anchors=("left",),
    combine=aligned,
)
