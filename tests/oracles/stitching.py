"""Predicted bins the slow way: every bin from a window of its own, nothing shared and nothing stitched."""

import numpy as np

from senformer.core.shapes import N_CODE


def bin_from_own_window(predict, genome: str, place: int, geometry: tuple[int, int, int]) -> np.ndarray:
    """Return the tracks of bin ``place`` of a chromosome, predicted from the window centered on it.

    Parameters
    ----------
    predict
        Codes ``(base,)`` to ``(bin, track)``.
    genome
        The chromosome as text; beyond its ends the window holds N.
    place
        Which bin of the chromosome.
    geometry
        Window in bp, bin in bp, crop in bins.
    """
    window_bp, bin_bp, crop_bins = geometry
    middle = (window_bp // bin_bp) // 2
    start = (place - middle) * bin_bp
    codes = np.full(window_bp, N_CODE, np.uint8)
    for offset in range(window_bp):
        position = start + offset
        if 0 <= position < len(genome):
            codes[offset] = "ACGTN".index(genome[position])
    return predict(codes)[middle - crop_bins]


def cut(genome: str, start: int, end: int) -> np.ndarray:
    """Return codes of ``genome[start:end]``, N beyond its ends, letter by letter."""
    letters = [genome[i] if 0 <= i < len(genome) else "N" for i in range(start, end)]
    return np.array(["ACGTN".index(letter) for letter in letters], np.uint8)
