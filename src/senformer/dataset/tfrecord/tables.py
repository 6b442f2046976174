"""What an export writes beside its records: ``sequences.bed``, ``targets.txt``, ``statistics.json``."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from senformer.core.errors import DataError
from senformer.dataset.store import Dataset
from senformer.tracks.table import write_track_table


def crop_bp(dataset: Dataset) -> int:
    """Return the bases without target at each side of a window."""
    return dataset.config.crop_bins * dataset.bin_bp


def sequence_lines(windows: pd.DataFrame, crop: int, where: str) -> str:
    """Return ``sequences.bed``: chromosome, start and end of every window's target, and its split.

    Parameters
    ----------
    windows
        True coordinates, in the order of the records.
    crop
        Bases without target at each side.
    where
        The dataset, for the message.

    Raises
    ------
    DataError
        A target begins before its chromosome.
    """
    lines = []
    for window in windows.itertuples(index=False):
        start, end = window.start + crop, window.end - crop
        if start < 0:
            found = f"the target of {window.chrom}:{window.start}-{window.end} (0-based) begins at {start}"
            raise DataError("E482", where, found, "Leave the window out: BED has no place below 0.")
        lines.append(f"{window.chrom}\t{start}\t{end}\t{window.split}\n")
    return "".join(lines)


def target_table(dataset: Dataset, path: Path) -> None:
    """Write the tracks as ``targets.txt``; of their files the names alone are known."""
    tracks = [dataclasses.replace(track, path=path.parent / track.path.name) for track in dataset.tracks]
    write_track_table(path, tracks)


def set_statistics(dataset: Dataset, n_records: Mapping[str, int], is_index: bool) -> dict[str, Any]:
    """Return ``statistics.json``.

    ``seq_1hot`` says what a reader has to do: make one-hot rows of an index byte a base.
    """
    config = dataset.config
    return {
        "num_targets": dataset.n_tracks,
        "seq_length": config.window_bp,
        "seq_1hot": is_index,
        "pool_width": dataset.bin_bp,
        "crop_bp": crop_bp(dataset),
        "target_length": config.window_bp // dataset.bin_bp - 2 * config.crop_bins,
        **{f"{split}_seqs": n for split, n in n_records.items()},
    }
