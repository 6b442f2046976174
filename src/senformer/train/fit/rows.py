"""The training rows of a fit: sequences and values, and whether they are labels."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from senformer.classical.fit import Targets
from senformer.core.errors import DataError
from senformer.dataset.examples import AnyDataset, eval_batches
from senformer.dataset.store import Dataset
from senformer.model.kmers.words import Codes

_BATCH = 1024


def choose_task(overrides: Mapping[str, Any], dataset: AnyDataset, *, is_given: bool) -> dict[str, Any]:
    """Return the overrides of a model with its task: to classify where every track is labels."""
    if is_given:
        return dict(overrides)
    if isinstance(dataset, Dataset):
        is_labels = dataset.config.labels is not None
    else:
        is_labels = len(dataset.label_tracks) == len(dataset.tracks)
    return {**overrides, "task": "classify" if is_labels else "regress"}


def read_rows(dataset: AnyDataset, windows: pd.DataFrame) -> tuple[Codes, Targets]:
    """Return the sequences and values of windows, or rows, of one bin.

    Raises
    ------
    DataError
        There are none.
    """
    if not len(windows):
        raise DataError("E682", str(dataset.path), "split 'train' has no examples", "Give it some.")
    batches = list(eval_batches(dataset, windows, 0, _BATCH))
    codes = np.concatenate([batch.sequence for batch in batches])
    return codes, np.concatenate([batch.targets[:, 0] for batch in batches]).astype(np.float64)


def refuse_unfit_rows(dataset: AnyDataset, targets: Targets, *, classify: bool) -> None:
    """Raise unless every track has values, and of labels both 0 and 1.

    Raises
    ------
    DataError
        The first track that does not.
    """
    for track, column in zip(dataset.tracks, targets.T, strict=True):
        values = set(np.unique(column[np.isfinite(column)])) if classify else set()
        if classify and values != {0.0, 1.0}:
            shown = ", ".join(f"{value:g}" for value in sorted(values)[:5]) or "none"
            found = f"has the values {shown} in train; labels are 0 and 1, both of them"
            todo = "Give labels, or set task: regress in the model section."
        elif not classify and np.isfinite(column).sum() < 2:
            found, todo = "has fewer than two values in train", "Leave the track out."
        else:
            continue
        raise DataError("E683", f"{dataset.path} track {track.name!r}", found, todo)
