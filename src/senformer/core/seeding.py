"""Randomness as an argument: one run seed, and named children of it.

A child depends on the seed and its names alone, never on what was drawn before, so that results do not
change with order, batch size or worker count.
"""

import hashlib

import numpy as np


def child_seed(seed: int, *names: object) -> int:
    """Return a 63-bit seed for ``names`` under ``seed``.

    Examples
    --------
    >>> child_seed(1, "shift", 7) == child_seed(1, "shift", 7)
    True
    >>> child_seed(1, "shift", 7) == child_seed(1, "shift", 8)
    False
    """
    text = "\x1f".join([str(int(seed)), *map(str, names)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little") >> 1


def numpy_rng(seed: int, *names: object) -> np.random.Generator:
    """Return a numpy generator for ``names`` under ``seed``."""
    return np.random.Generator(np.random.PCG64(child_seed(seed, *names)))
