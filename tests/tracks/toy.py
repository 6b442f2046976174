"""Small bigWig files for the tests, written by pyBigWig: the second reader and writer."""

import itertools
from pathlib import Path

import numpy as np
import pyBigWig

Entries = dict[str, list[tuple[int, int, float]]]


def write_peer_bigwig(path: Path, chrom_sizes: dict[str, int], entries: Entries, **how) -> Path:
    """Write entries with pyBigWig."""
    handle = pyBigWig.open(str(path), "w")
    handle.addHeader(list(chrom_sizes.items()), **how)
    for chrom in chrom_sizes:
        rows = entries.get(chrom, [])
        if rows:
            starts, ends, values = (list(column) for column in zip(*rows, strict=True))
            handle.addEntries([chrom] * len(rows), starts, ends=ends, values=values, validate=False)
    handle.close()
    return path


def read_peer_bigwig(path: Path, chrom: str, start: int, end: int) -> np.ndarray:
    """Read values with pyBigWig; NaN where uncovered."""
    handle = pyBigWig.open(str(path))
    found = np.asarray(handle.values(chrom, start, end, numpy=True), dtype=np.float32)
    handle.close()
    return found if len(found) else np.full(end - start, np.nan, dtype=np.float32)


def peer_chroms(path: Path) -> dict[str, int]:
    """Return the chromosomes that pyBigWig lists."""
    handle = pyBigWig.open(str(path))
    found = handle.chroms()
    handle.close()
    return found


def random_blocks(
    seed: int, chrom_sizes: dict[str, int], bin_bp: int
) -> tuple[list[tuple[str, int, np.ndarray]], dict[str, np.ndarray]]:
    """Return blocks with gaps and repeated values, and the signal at every base that they mean."""
    rng = np.random.default_rng(seed)
    blocks, bases = [], {}
    for chrom, size in chrom_sizes.items():
        n_bins = -(-size // bin_bp)
        values = rng.integers(0, 4, n_bins) * np.float32(0.37)
        values[rng.random(n_bins) < 0.3] = np.nan
        bases[chrom] = np.repeat(values, bin_bp)[:size].astype(np.float32)
        cuts = [0, *sorted(rng.integers(0, n_bins + 1, 2).tolist()), n_bins]
        for low, high in itertools.pairwise(cuts):
            blocks.append((chrom, low * bin_bp, values[low:high].astype(np.float32)))
    return blocks, bases
