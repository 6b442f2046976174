"""align: one window, its bins moved onto those of the genome. Under ``align`` in ``INDELS``.

With bins of 1 bp this is the alignment of SpliceAI: inserted bases are folded into the base before them by
the maximum, and deleted bases are 0. Wider bins move by the nearest whole number of bins, so that an
insertion or deletion of less than half a bin moves nothing.

Source: idea of Jaganathan et al. 2019, Cell, doi:10.1016/j.cell.2018.12.015 (scores of indels), at the
resolution of bins.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int64

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
    moved = _moves(len(other), place)
    if moved is None:
        return other
    source, is_held, is_zero, folded = moved
    result = np.where(is_held[:, None], other[np.where(is_held, source, 0)], genome)
    result[is_zero] = 0
    if folded is not None:
        result[folded.start] = other[folded].max(axis=0)
    return result


def moved_back(
    others: Sequence[Float[np.ndarray, " bin"]], read: Float[np.ndarray, " bin"], place: IndelPlace
) -> list[Float[np.ndarray, " bin"]]:
    """Return the derivative of the sum over ``read``: what counts in a bin counts where it came from."""
    (other,) = others
    moved = _moves(len(other), place)
    if moved is None:
        return [read]
    source, is_held, is_zero, folded = moved
    is_plain = is_held & ~is_zero
    weights = np.zeros(len(other))
    if folded is not None:
        is_plain[folded.start] = False
        weights[folded.start + int(other[folded].argmax())] = read[folded.start]
    np.add.at(weights, source[is_plain], read[is_plain])
    return [weights]


def _moves(
    n_bins: int, place: IndelPlace
) -> (
    tuple[Int64[np.ndarray, " bin"], Bool[np.ndarray, " bin"], Bool[np.ndarray, " bin"], slice | None] | None
):
    """Return where each bin comes from, whether the window holds that, which are 0, and which become one.

    None where nothing moves.
    """
    n_moved = (2 * abs(place.gain_bp) + place.bin_bp) // (2 * place.bin_bp)
    if n_moved == 0:
        return None
    before = (place.first_bp - 1) // place.bin_bp
    bins = np.arange(n_bins)
    is_gain = place.gain_bp > 0
    source = np.where(bins > before, bins + (n_moved if is_gain else -n_moved), bins)
    is_zero = (bins > before) & (bins <= before + n_moved) & (not is_gain)
    folded = slice(before, before + n_moved + 1) if is_gain and 0 <= before < n_bins else None
    return source, (source >= 0) & (source < n_bins), is_zero, folded


ALIGN = Indels(
    name="align",
    rule="ALT bins moved onto REF bins: inserted ones folded into the one before (maximum), deleted ones 0",
    anchors=("left",),
    combine=aligned,
    weigh=moved_back,
)
