"""Windows on a copy of a chromosome, and their predictions carried back to the reference's bins."""

import numpy as np
from jaxtyping import Float32, Int64
from scipy.sparse import csr_array

from senformer.core.errors import DataError
from senformer.genome.haplotype import Haplotype
from senformer.genome.interval import Interval


def copy_start(copy: Haplotype, window: Interval, crop_bp: int, size_bp: int) -> int:
    """Return where a window on the copy begins that stands for one on the reference.

    Both have the same middle base; a window whose output begins or ends where the chromosome does keeps that
    end instead, so that insertions and deletions between it and the middle move nothing out of it.

    Parameters
    ----------
    copy, window
        The copy, and the window on the reference.
    crop_bp
        Bases at each end of a window that have no output.
    size_bp
        Length of the chromosome in the reference.
    """
    if window.start + crop_bp <= 0:
        return window.start
    if window.end - crop_bp >= size_bp:
        return copy.size + (window.end - size_bp) - window.width
    return copy.place_of(window.center) - (window.center - window.start)


def lift(
    values: Float32[np.ndarray, "bin track"],
    reference: Int64[np.ndarray, " base"],
    bin_bp: int,
    first_bin: int,
    n_bins: int,
) -> Float32[np.ndarray, "lifted track"]:
    """Return what bins of a copy give for bins of the reference.

    A bin's value is shared equally by its bases, and each share goes where its base stands for: what stands
    on bases put in is added to the base before them, and bases lost get nothing, so that sums over a
    stretch of sequence are kept. Without insertions and deletions nothing changes.

    Parameters
    ----------
    values
        Prediction on the copy.
    reference
        For each of its bases the reference's (:meth:`Haplotype.reference_of`).
    bin_bp
        Bases a bin.
    first_bin, n_bins
        Bins of the chromosome to give values for.

    Raises
    ------
    DataError
        The prediction does not reach over all of them.
    """
    first, end = first_bin * bin_bp, (first_bin + n_bins) * bin_bp
    if reference[0] > first or reference[-1] < end - 1:
        found = (
            f"insertions and deletions move its window to {reference[0]:,}-{reference[-1] + 1:,}, "
            f"and {first:,}-{end:,} is wanted"
        )
        raise DataError("E719", "haplotype", found, "Give more --context-bp, or leave those records out.")
    target = reference // bin_bp - first_bin
    source = np.arange(len(reference)) // bin_bp
    inside = (target >= 0) & (target < n_bins)
    shares = np.full(int(inside.sum()), 1 / bin_bp)
    places = (target[inside], source[inside])
    matrix = csr_array((shares, places), shape=(n_bins, len(values)))
    return np.asarray(matrix @ values.astype(np.float64), dtype=np.float32)
