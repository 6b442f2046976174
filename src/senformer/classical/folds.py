"""Folds of cross-validation: each class is dealt out evenly."""

import numpy as np
from jaxtyping import Float64, Int64

from senformer.core.errors import ConfigError
from senformer.core.seeding import numpy_rng


def split_folds(
    values: Float64[np.ndarray, " row"], n_folds: int, seed: int, *, classify: bool
) -> Int64[np.ndarray, " row"]:
    """Return the fold of every row, drawn from the seed; of labels, every fold has its share of either.

    Raises
    ------
    ConfigError
        There are more folds than rows, of either class.
    """
    classes = [np.flatnonzero(values > 0.5), np.flatnonzero(values <= 0.5)]
    groups = classes if classify else [np.arange(len(values))]
    fewest = min(map(len, groups))
    if not 2 <= n_folds <= fewest:
        what = "examples of either class" if classify else "examples"
        found = f"is {n_folds}; 2 to {fewest} folds are possible, each with {what}"
        raise ConfigError("E680", "train.cross_validation", found, "Mend it, or leave it out.")
    folds = np.empty(len(values), dtype=np.int64)
    for number, group in enumerate(groups):
        folds[numpy_rng(seed, "folds", number).permutation(group)] = np.arange(len(group)) % n_folds
    return folds
