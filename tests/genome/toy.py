"""Small genomes for the tests of the readers, and the reading that worker processes do."""

from pathlib import Path

import numpy as np
import pysam

from senformer.genome.sequence import decode

SIZES = {"chr1": 9_001, "chr2": 4_000, "chrM": 61}


def random_genome(seed: int = 1, sizes: dict[str, int] = SIZES) -> dict[str, str]:
    """Return random sequences of A, C, G, T."""
    rng = np.random.default_rng(seed)
    return {name: decode(rng.integers(0, 4, size).astype(np.uint8)) for name, size in sizes.items()}


def write_fasta(path: Path, genome: dict[str, str], width: int = 60, end: str = "\n") -> Path:
    """Write a genome; bgzip where the name ends in ``.gz``."""
    parts = []
    for name, sequence in genome.items():
        parts.append(f">{name}{end}")
        parts.extend(sequence[i : i + width] + end for i in range(0, len(sequence), width))
    text = "".join(parts).encode()
    if path.suffix == ".gz":
        write_bgzip(path, text)
    else:
        path.write_bytes(text)
    return path


def write_bgzip(path: Path, text: bytes) -> Path:
    """Write ``text`` as bgzip."""
    with pysam.BGZFile(str(path), "wb", index=None) as handle:
        handle.write(text)
    return path


def count_wrong_reads(reader, genome: dict[str, str], seed: int, n_reads: int) -> int:
    """Read random stretches and return how many are not what the genome has there."""
    rng = np.random.default_rng(seed)
    names = list(genome)
    n_wrong = 0
    for _ in range(n_reads):
        name = names[rng.integers(len(names))]
        start = int(rng.integers(0, len(genome[name])))
        end = int(rng.integers(start + 1, min(start + 2_000, len(genome[name])) + 1))
        n_wrong += decode(reader.fetch(name, start, end)) != genome[name][start:end]
    return n_wrong
