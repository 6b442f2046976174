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
# Of windows of any length.
_FEW = 16


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
    _refuse_none(dataset, windows)
    batches = list(eval_batches(dataset, windows, 0, _BATCH))
    codes = np.concatenate([batch.sequence for batch in batches])
    return codes, np.concatenate([batch.targets[:, 0] for batch in batches]).astype(np.float64)


def read_targets(dataset: AnyDataset, windows: pd.DataFrame) -> Targets:
    """Return the values of windows, or rows, of one bin, without keeping their sequences.

    Raises
    ------
    DataError
        There are none.
    """
    _refuse_none(dataset, windows)
    batches = eval_batches(dataset, windows, 0, _FEW)
    return np.concatenate([batch.targets[:, 0] for batch in batches]).astype(np.float64)


def _refuse_none(dataset: AnyDataset, windows: pd.DataFrame) -> None:
    if not len(windows):
        raise DataError("E682", str(dataset.path), "split 'train' has no examples", "Give it some.")


def refuse_unfit_rows(dataset: AnyDataset, targets: Targets, *, classify: bool, part: str = "train") -> None:
    """Raise unless every track has values, and of labels both 0 and 1; ``part`` says among which rows.

    Raises
    ------
    DataError
        The first track that does not.
    """
    for track, column in zip(dataset.tracks, targets.T, strict=True):
        values = set(np.unique(column[np.isfinite(column)])) if classify else set()
        if classify and values != {0.0, 1.0}:
            shown = ", ".join(f"{value:g}" for value in sorted(values)[:5]) or "none"
            found = f"has the values {shown} in {part}; labels are 0 and 1, both of them"
            todo = "Give labels, or set task: regress in the model section of kmer_svm or gkm_svm."
        elif not classify and np.isfinite(column).sum() < 2:
            found, todo = f"has fewer than two values in {part}", "Leave the track out."
        else:
            continue
        raise DataError("E683", f"{dataset.path} track {track.name!r}", found, todo)
