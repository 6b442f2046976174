"""Sequences with and without a planted motif."""

import numpy as np

from senformer.genome.sequence import encode

MOTIF = encode("GATTACA")


def planted(n_rows, n_bases=40, pad=0, seed=1):
    """Return codes, the motif in every other row, and labels."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 4, (n_rows, n_bases)).astype(np.uint8)
    for row in codes[::2]:
        start = rng.integers(0, n_bases - len(MOTIF))
        row[start : start + len(MOTIF)] = MOTIF
    codes = np.pad(codes, ((0, 0), (pad, pad)), constant_values=4)
    return codes, (np.arange(n_rows) % 2 == 0).astype(np.float64)
