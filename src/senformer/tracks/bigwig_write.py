"""Write bigWig files from blocks of binned values."""

import os
from collections.abc import Iterable, Iterator

import numpy as np
import pybigtools

from senformer.core.commit import commit_file

Block = tuple[str, int, np.ndarray]


def _entries(
    blocks: Iterable[Block], chrom_sizes: dict[str, int], bin_bp: int
) -> Iterator[tuple[str, int, int, float]]:
    for chrom, start_bp, values in blocks:
        size = chrom_sizes[chrom]
        for place in np.flatnonzero(~np.isnan(values)):
            start = start_bp + int(place) * bin_bp
            yield chrom, start, min(start + bin_bp, size), float(values[place])


def write_bigwig(
    path: str | os.PathLike, chrom_sizes: dict[str, int], blocks: Iterable[Block], bin_bp: int
) -> None:
    """Write a bigWig file.

    Parameters
    ----------
    path
        Final name.
    chrom_sizes
        Chromosomes to list, with their lengths in bp.
    blocks
        ``(chrom, start_bp, values per bin)``, sorted; NaN is not written; the last bin is cut at the
        chromosome's end.
    bin_bp
        Width of a bin.
    """
    commit_file(
        path,
        lambda temporary: pybigtools.open(str(temporary), "w").write(
            chrom_sizes, _entries(blocks, chrom_sizes, bin_bp)
        ),
    )
