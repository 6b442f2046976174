"""Values that are labels: zeros and ones counted block by block, and told where a value is nothing else."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float32

Counts = dict[str, list[int]]


def count_labels(values: Float32[np.ndarray, "row track"]) -> Counts:
    """Return how many values of every track are 0 and how many are 1.

    Examples
    --------
    >>> count_labels(np.array([[0, 1], [1, 0.5], [1, np.nan]], np.float32))
    {'zeros': [1, 0], 'ones': [2, 1]}
    """
    return {"zeros": (values == 0).sum(axis=0).tolist(), "ones": (values == 1).sum(axis=0).tolist()}


def label_report(blocks: Sequence[dict[str, Counts]], sums: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the labels and positives of every track and split, as a genome's ``labels`` has them.

    A value is a label where every row that has it says 0 or 1, and the table says both.

    Parameters
    ----------
    blocks
        Of each block :func:`count_labels` by split, and ``all``.
    sums
        By split what ``statistics.json`` holds of it; ``n_finite`` is used.

    Returns
    -------
    ``labels``, by split: ``n`` (0 for a value that is no label), ``n_positive`` and ``positive_fraction`` of
    every track; nothing where no value is a label.
    """
    zeros, ones = (
        {split: np.sum([block[split][key] for block in blocks], axis=0) for split in sums}
        for key in ("zeros", "ones")
    )
    both = (zeros["all"] > 0) & (ones["all"] > 0)
    is_label = both & (zeros["all"] + ones["all"] == np.array(sums["all"]["n_finite"]))
    if not is_label.any():
        return {}
    return {"labels": {split: _of_split(zeros[split] * is_label, ones[split] * is_label) for split in sums}}


def _of_split(zeros: np.ndarray, ones: np.ndarray) -> dict[str, Any]:
    n = (zeros + ones).tolist()
    fraction = [int(p) / k if k else None for p, k in zip(ones, n, strict=True)]
    return {"n": n, "n_positive": ones.tolist(), "positive_fraction": fraction}
