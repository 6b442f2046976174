"""Slow readers of text signal, base by base, without any of the package's code."""

import gzip
from pathlib import Path

import numpy as np


def _lines(path: Path) -> list[str]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode()
    return [line for line in text.splitlines() if line and not line.startswith(("#", "track", "browser"))]


def bedgraph_bases(path: Path, chrom_sizes: dict[str, int]) -> dict[str, np.ndarray]:
    """Return the signal of a bedGraph file at every base, NaN where uncovered."""
    found = {chrom: np.full(size, np.nan, dtype=np.float32) for chrom, size in chrom_sizes.items()}
    for line in _lines(path):
        chrom, start, end, value = line.split()
        for base in range(int(start), int(end)):
            found[chrom][base] = np.float32(float(value))
    return found


def peak_bases(
    path: Path,
    chrom_sizes: dict[str, int],
    column: int | None = None,
    width_bp: int | None = None,
) -> dict[str, np.ndarray]:
    """Return, at every base, the largest value of a column (1 for None) over the peaks there, else NaN.

    With ``width_bp`` a peak is that many bases around its summit, cut to the chromosome.
    """
    found = {chrom: np.full(size, np.nan, dtype=np.float32) for chrom, size in chrom_sizes.items()}
    for line in _lines(path):
        fields = line.split("\t")
        start, end = int(fields[1]), int(fields[2])
        if width_bp is not None:
            offset = int(fields[9])
            center = start + offset if offset >= 0 else (start + end) // 2
            start, end = center - width_bp // 2, center - width_bp // 2 + width_bp
        value = 1.0 if column is None else float(fields[column - 1])
        for base in range(max(start, 0), min(end, chrom_sizes[fields[0]])):
            found[fields[0]][base] = np.fmax(found[fields[0]][base], np.float32(value))
    return found
