"""Random records as people write them: any kind, at both ends, beside N, padded and not in normal form."""

import numpy as np


def random_genome_with_repeats(rng: np.random.Generator, n_contigs: int) -> dict[str, str]:
    """Return short contigs of short repeats, some with a stretch of N."""
    genome = {}
    for number in range(n_contigs):
        parts = []
        while sum(map(len, parts)) < rng.integers(12, 60):
            unit = "".join(rng.choice(list("ACGT"), rng.integers(1, 4)))
            parts.append(unit * int(rng.integers(1, 6)))
        if rng.random() < 0.3:
            parts.insert(int(rng.integers(len(parts) + 1)), "N" * int(rng.integers(1, 4)))
        genome[f"c{number}"] = "".join(parts)
    return genome


def random_record(rng: np.random.Generator, bases: str) -> tuple[int, str, str] | None:
    """Return 0-based start, REF and ALT, or None where the draw is no change of A, C, G and T."""
    n_old = min(int(rng.choice([0, 1, 1, 1, 2, 3, 8])), len(bases) - 1)
    n_new = n_old if rng.random() < 0.4 else int(rng.choice([0, 1, 2, 3, 8, 40]))
    at = int(rng.choice([0, len(bases) - n_old, rng.integers(0, len(bases) - n_old + 1)]))
    old, new = bases[at : at + n_old], "".join(rng.choice(list("ACGT"), n_new))
    if rng.random() < 0.4 and n_new > n_old == 0:  # a copy of what stands beside it, so that it can move
        new = (bases[max(0, at - n_new) : at] or new)[:n_new]
    if old == new or not set(old + new) <= set("ACGT"):
        return None
    start, end = at, at + n_old
    left, right = rng.integers(0, 4, 2) * (rng.random(2) < 0.5)
    start, end = max(0, start - int(left)), min(len(bases), end + int(right))
    if start == at and end == at + n_old and not (old and new):  # neither allele may be empty
        start, end = (at - 1, end) if at else (at, end + 1)
    return start, bases[start:end], bases[start:at] + new + bases[at + n_old : end]
