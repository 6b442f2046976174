"""Which component goes to which fold: by length, longest first, so that every fold reaches its share."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Int

_TAKEN = 0.5


def assign_folds(
    lengths_bp: Sequence[int] | Int[np.ndarray, " component"],
    shares: Mapping[str, float],
    rng: np.random.Generator,
    *,
    taker: str | None = None,
) -> Int[np.ndarray, " component"]:
    """Return the fold of every component, as an index into ``shares``.

    Parameters
    ----------
    lengths_bp
        Length of every component; ties are taken in the order given.
    shares
        Aim of every fold, as a fraction of all bases.
    rng
        Draws the fold, with probability in proportion to what each still lacks.
    taker
        The fold that takes what no other may (train). A component longer than half of what another fold
        still lacks is not given to that fold. Without one, every fold may take everything.

    Returns
    -------
    One index a component. Which share each fold reached is for the caller to count.

    References
    ----------
    .. [1] Kelley 2020, doi:10.1371/journal.pcbi.1008050; the rule of basenji_data_align.py (idea only).
    """
    lengths = np.asarray(lengths_bp, np.float64)
    names = list(shares)
    aims = np.array([shares[name] for name in names]) * lengths.sum()
    given = np.zeros(len(names))
    folds = np.zeros(len(lengths), np.int64)
    for index in np.argsort(-lengths, kind="stable"):
        lacking = np.maximum(aims - given, 0)
        if taker is not None:
            at = names.index(taker)
            lacking[(lengths[index] > _TAKEN * lacking) & (np.arange(len(names)) != at)] = 0
            lacking[at] = max(1.0, lacking[at]) if aims[at] > 0 or not lacking.any() else 0.0
        elif not lacking.any():
            lacking = np.ones(len(names))
        folds[index] = rng.choice(len(names), p=lacking / lacking.sum())
        given[folds[index]] += lengths[index]
    return folds
