"""Windows of measured genomes, and alleles of them: substitutions, and indels that move a flank."""

from collections.abc import Iterator

import numpy as np

from senformer.genome.fasta import FastaReader
from senformer.genome.interval import Interval


def allele(around: np.ndarray, n_bp: int, at: int, removed: int, added: np.ndarray) -> np.ndarray:
    """Return a window with bases exchanged at ``at``; what follows moves, from the sequence around it."""
    other = np.concatenate([around[:at], added, around[at + removed :]])
    return other[:n_bp]


def windows_of(
    fasta: FastaReader, n_bp: int, n_windows: int, n_alleles: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield windows and alleles of each, anywhere: SNVs, MNVs, insertions and deletions in turn."""
    chroms = [chrom for chrom, size in fasta.chrom_sizes.items() if size > 2 * n_bp]
    for _ in range(n_windows):
        chrom = chroms[rng.integers(len(chroms))]
        start = int(rng.integers(fasta.chrom_sizes[chrom] - n_bp - 60))
        around, _, _ = fasta.fetch_padded(Interval(chrom, start, start + n_bp + 60))
        alleles = []
        for number in range(n_alleles):
            removed, added = [(1, 1), (4, 4), (0, int(rng.integers(1, 50))), (int(rng.integers(1, 50)), 0)][
                number % 4
            ]
            at = int(rng.integers(0, n_bp))
            bases = rng.integers(0, 4, added).astype(np.uint8)
            alleles.append(allele(around, n_bp, at, removed, bases))
        yield around[:n_bp], np.stack(alleles)
