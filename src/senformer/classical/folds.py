"""Folds of cross-validation: each class is dealt out evenly, and sequences that are alike stay together."""

from collections import Counter

import numpy as np
from jaxtyping import Float64, Int64, UInt8

from senformer.core.errors import ConfigError
from senformer.core.seeding import numpy_rng
from senformer.dataset.table.identity import group_sketches
from senformer.dataset.table.sketch import sketch_rows
from senformer.dataset.table.split_config import TableSplitConfig


def group_rows(codes: UInt8[np.ndarray, "row base"]) -> Int64[np.ndarray, " row"]:
    """Return the group of every row: near-identical sequences of either strand are one.

    What is near-identical is as in splits of a table by identity, with their defaults.
    """
    offsets = np.arange(len(codes) + 1) * codes.shape[1]
    sketches = sketch_rows(np.ascontiguousarray(codes).reshape(-1), offsets)
    return group_sketches(sketches, TableSplitConfig.model_fields["min_shared"].default)


def split_folds(
    values: Float64[np.ndarray, " row"],
    groups: Int64[np.ndarray, " row"],
    n_folds: int,
    seed: int,
    *,
    classify: bool,
) -> Int64[np.ndarray, " row"]:
    """Return the fold of every row, drawn from the seed; of labels, every fold has its share of either.

    Groups are dealt out in random order, each to the fold that has the fewest rows of its class. Groups of
    both classes come first, to the fold with the fewest rows, so that none of them takes the place of one
    that a fold still needs.

    Raises
    ------
    ConfigError
        There are more folds than groups, of either class.
    """
    classes = [np.flatnonzero(values > 0.5), np.flatnonzero(values <= 0.5)]
    parts = classes if classify else [np.arange(len(values))]
    fewest = min(len(np.unique(groups[part])) for part in parts)
    if not 2 <= n_folds <= fewest:
        what = "examples of either class" if classify else "examples"
        found = f"is {n_folds}; 2 to {fewest} folds are possible, each with {what}"
        raise ConfigError("E680", "train.cross_validation", found, "Mend it, or leave it out.")
    counts = [Counter(groups[part].tolist()) for part in parts]
    orders = [
        list(dict.fromkeys(groups[numpy_rng(seed, "folds", number).permutation(part)].tolist()))
        for number, part in enumerate(parts)
    ]
    every = range(len(parts))
    shared = [group for group in orders[0] if all(group in count for count in counts)]
    turns = [(list(every), shared), *(([number], orders[number]) for number in every)]
    # Rows of each class in each fold.
    sizes = np.zeros((len(parts), n_folds), dtype=np.int64)
    fold_of: dict[int, int] = {}
    for own, order in turns:
        for group in order:
            if group not in fold_of:
                fold_of[group] = int(sizes[own].sum(axis=0).argmin())
                sizes[:, fold_of[group]] += [count[group] for count in counts]
    return np.array([fold_of[group] for group in groups.tolist()], dtype=np.int64)
