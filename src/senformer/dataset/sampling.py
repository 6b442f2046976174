"""Which window comes when: an epoch's order, and turns of positives and negatives where they are balanced.

Everything here depends on (seed, place) alone, so that any worker makes any step.
"""

import functools

import numpy as np
import pandas as pd
from jaxtyping import Int

from senformer.core.errors import ConfigError
from senformer.core.seeding import numpy_rng

Classes = tuple[Int[np.ndarray, " positive"], Int[np.ndarray, " negative"]]


@functools.lru_cache(maxsize=8)
def epoch_order(seed: int, organism: str, epoch: int, n_windows: int) -> Int[np.ndarray, " window"]:
    """Return the order of an epoch: a permutation that depends on its arguments alone."""
    return numpy_rng(seed, "order", organism, epoch).permutation(n_windows)


def epoch_places(
    seed: int, organism: str, first: int, count: int, n_windows: int
) -> Int[np.ndarray, " place"]:
    """Return the windows at places ``first`` to ``first + count`` of an endless row of epochs."""
    epochs, within = np.divmod(np.arange(first, first + count), n_windows)
    found = np.empty(count, dtype=np.int64)
    for epoch in np.unique(epochs):
        here = epochs == epoch
        found[here] = epoch_order(seed, organism, int(epoch), n_windows)[within[here]]
    return found


def two_classes(windows: pd.DataFrame, where: str) -> Classes:
    """Return the places of positives and of negatives in a window table.

    Raises
    ------
    ConfigError
        The windows have no labels, or all have the same one.
    """
    label = windows["label"].astype("Int64") if "label" in windows else pd.Series([pd.NA] * len(windows))
    classes = tuple(np.flatnonzero((label == value).fillna(False).to_numpy(bool)) for value in (1, 0))
    n_positive, n_negative = map(len, classes)
    if n_positive and n_negative:
        return classes[0], classes[1]
    raise ConfigError(
        "E450",
        where,
        f"has {n_positive:,} positive and {n_negative:,} negative windows of {len(windows):,}; sampling: "
        "balanced needs both",
        "Build with negatives, or labels and keep: all, and train with the dataset's own window and crop.",
    )


def balanced_places(classes: Classes, seed: int, organism: str, first: int, count: int) -> list[int]:
    """Return the windows at places ``first`` to ``first + count`` of the row where classes take turns.

    Even places are positives, odd ones negatives, so that an even batch has half of each. Each class goes
    through epochs of its own: all its windows once, in a new order.
    """
    found = []
    for place in range(first, first + count):
        turn, kind = divmod(place, 2)
        members = classes[kind]
        epoch, within = divmod(turn, len(members))
        order = epoch_order(seed, f"{organism} {('positive', 'negative')[kind]}", epoch, len(members))
        found.append(int(members[order[within]]))
    return found
