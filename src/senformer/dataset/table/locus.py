"""Sequences that a row names by their place in a genome: cut with the real bases around them."""

import re
from collections.abc import Iterator

import numpy as np
from jaxtyping import UInt8

from senformer.core.errors import DataError
from senformer.dataset.table.chunk import Chunk
from senformer.dataset.table.config import Locus, TableConfig
from senformer.dataset.table.encode import Place
from senformer.dataset.table.places import read_places
from senformer.genome.chromosomes import resolve_chromosome
from senformer.genome.fasta import FastaReader
from senformer.genome.interval import Interval
from senformer.genome.sequence import reverse_complement

_KNOWN = re.compile(b"[ACGTacgt]")


def loci(chunk: Chunk, locus: Locus, fasta: FastaReader) -> Iterator[Interval]:
    """Yield the place of every row, chromosomes named as in the genome.

    Raises
    ------
    DataError
        An unknown chromosome or strand, or a place outside its chromosome.
    """
    chroms, starts, ends = read_places(
        chunk, (locus.chrom, locus.start, locus.end), is_one_based=locus.one_based
    )
    names = {name: resolve_chromosome(name, fasta.chrom_sizes) for name in chroms.unique().to_pylist()}
    strands = chunk.columns[locus.strand].to_pylist() if locus.strand else ["."] * len(chunk)
    for row, (given, start, end, strand) in enumerate(
        zip(chroms.to_pylist(), starts, ends, strands, strict=True)
    ):
        chrom = names[given]
        if chrom is None:
            found = f"{given!r} is no chromosome of {fasta.path}"
            raise DataError("E495", chunk.where(row, locus.chrom), found, "Mend it, or give its genome.")
        if end > fasta.chrom_sizes[chrom]:
            found = f"the end {end} is beyond {chrom}, which has {fasta.chrom_sizes[chrom]} bp"
            raise DataError("E495", chunk.where(row, locus.end), found, "Check the assembly.")
        if strand not in ("+", "-", "."):
            found = f"{strand!r} is no strand"
            raise DataError("E495", chunk.where(row, locus.strand), found, "Write +, - or .")
        yield Interval(chrom, int(start), int(end), strand)


def check_loci(chunk: Chunk, config: TableConfig, locus: Locus, fasta: FastaReader) -> list[Interval]:
    """Return the places of a chunk.

    Raises
    ------
    DataError
        As :func:`loci`, and where one is longer than the window.
    """
    places = list(loci(chunk, locus, fasta))
    for row, place in enumerate(places):
        if place.width > config.window_bp and config.too_long == "error":
            found = f"the place has {place.width} bp, more than window_bp {config.window_bp}"
            raise DataError(
                "E490", chunk.where(row, locus.end), found, "Set a longer window_bp, or too_long: crop."
            )
    return places


def has_no_base(window: Interval, fasta: FastaReader) -> bool:
    """Say whether no base of a window is known; what lies beyond the chromosome is not."""
    start, end = max(window.start, 0), min(window.end, fasta.chrom_sizes[window.chrom])
    middle = (start + end) // 2
    # One base tells it of nearly all windows, without their being read.
    parts = ((middle, middle + 1), (start, end))
    return not any(_KNOWN.search(fasta.letters(window.chrom, *part)) for part in parts)


def cut_loci(
    chunk: Chunk, config: TableConfig, locus: Locus, fasta: FastaReader
) -> tuple[UInt8[np.ndarray, "row base"], Place, int, int]:
    """Return codes (row, ``window_bp``) around each place, read on its strand.

    Returns
    -------
    Codes; where the place lies in each window; how many were cropped; and how many windows reach beyond
    their chromosome, where they hold N.
    """
    window = config.window_bp
    places = check_loci(chunk, config, locus, fasta)
    matrix = np.empty((len(places), window), dtype=np.uint8)
    start, n_beyond = np.zeros(len(places), dtype=np.int64), 0
    kept = np.minimum([place.width for place in places], window)
    for row, place in enumerate(places):
        wide = place.resize(window)
        codes, left, right = fasta.fetch_padded(Interval(wide.chrom, wide.start, wide.end))
        n_beyond += left + right > 0
        offset = max(place.start - wide.start, 0)
        is_minus = place.strand == "-"
        matrix[row] = reverse_complement(codes) if is_minus else codes
        start[row] = window - offset - kept[row] if is_minus else offset
    n_cropped = sum(place.width > window for place in places)
    return matrix, Place(start, start + kept), n_cropped, n_beyond
