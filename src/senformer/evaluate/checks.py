"""Does a dataset hold what a model predicts? Asked before any work, and answered by the first difference."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from senformer.core.errors import DataError
from senformer.core.provenance import FILE as RUN_RECORD
from senformer.core.provenance import describe_input
from senformer.dataset import AnyDataset, TableDataset
from senformer.dataset.fold_choice import choose_folds
from senformer.dataset.manifest import read_json
from senformer.genome.regions import subtract
from senformer.model.card import trainings
from senformer.predict.source import pick_head
from senformer.predict.strands import card_tracks
from senformer.tracks.orders import DEFAULT
from senformer.tracks.table import Track

_SCALING = {
    "scale": 1.0,
    "clip": None,
    "clip_soft": None,
    "sqrt": False,
    "sum_stat": "sum",
    "target_order": DEFAULT,
}


def targets_digest(windows: pd.DataFrame, crop_bp: int) -> str:
    """Return the SHA-256 of the places of all targets: evaluations of the same ones can be compared."""
    places = windows[["chrom", "start", "end"]]
    places = places.assign(start=places["start"] + crop_bp, end=places["end"] - crop_bp)
    return hashlib.sha256(places.to_csv(sep="\t", index=False).encode()).hexdigest()


def choose_head(model: Any, dataset: AnyDataset, head: str | None) -> str:
    """Return the head asked for; else the one named as the dataset's organism, else the only one."""
    if head is None and dataset.organism in model.config.heads:
        return dataset.organism
    return pick_head(model, head)


def in_folds_of_run(dataset: AnyDataset, run: Path) -> AnyDataset:
    """Return the dataset with the folds that a run trained with (``train.folds``), or as it is."""
    record = run / RUN_RECORD
    if not record.is_file():
        return dataset
    folds = (read_json(record).get("config") or {}).get("train", {}).get("folds")
    return dataset if folds is None else choose_folds(dataset, folds["test"], folds["valid"])


def check_match(model: Any, head: str, dataset: AnyDataset) -> None:
    """Check that columns, scaling and bins of model and dataset are the same.

    Raises
    ------
    DataError
        They are not; the first difference is named.
    """
    where = f"{dataset.path} against head {head!r}"
    if model.bin_bp != dataset.bin_bp:
        found = f"the dataset's bins have {dataset.bin_bp} bp, the model's {model.bin_bp}"
        raise DataError("E650", where, found, "Build the dataset with the model's bin_bp.")
    n_tracks = model.config.heads[head]
    if n_tracks != len(dataset.tracks):
        found = f"the dataset has {len(dataset.tracks)} tracks, the model {n_tracks}"
        raise DataError("E651", where, found, "Use the track table that the model was trained on.")
    for record, track in zip(card_tracks(model, head), dataset.tracks, strict=False):
        _check_track(record, track, where)


def _check_track(record: dict[str, Any], track: Track, where: str) -> None:
    if record["name"] != track.name:
        raise DataError(
            "E651",
            where,
            f"track {track.index} is {track.name!r} in the dataset and {record['name']!r} in the model",
            "Use the track table that the model was trained on, in its order.",
        )
    for key, default in _SCALING.items():
        known = record.get(key, default)
        if known != getattr(track, key):
            raise DataError(
                "E652",
                where,
                f"track {track.name!r} has {key} {getattr(track, key)} in the dataset, {known} in the model",
                "Build the dataset with the model's scaling.",
            )


def overlaps_training(model: Any, head: str, windows: pd.DataFrame) -> bool | None:
    """Say whether a window shares a base with what the head was trained on; None where the card is silent."""
    intervals: Sequence = (model.card.training or {}).get("intervals", {}).get(head) or ()
    if not intervals:
        return None
    trained = pd.DataFrame(list(intervals), columns=["chrom", "start", "end"])
    return _n_bases(subtract(windows, trained)) < _n_bases(windows)


def shares_training_rows(model: Any, head: str, dataset: TableDataset, split: str) -> bool | None:
    """Say whether a row of the split has the sequence or bases of a row that the head was trained on.

    Known where the model, or one that it was fine-tuned from, was trained on this very table; else None.
    """
    own, *sources = trainings(model.card.training)
    known = [own.get("datasets", {}).get(head) or {}]
    known += [entry for source in sources for entry in source.get("datasets", {}).values()]
    digests = {entry["sha256"] for entry in known if entry.get("sha256") is not None}
    if describe_input(dataset.path).get("sha256") not in digests:
        return None
    counts = dataset.statistics["counts"]
    was_dropped = dataset.config.leaks == "drop"
    shared = sum(counts.get(kind, {}).get(f"train+{split}", 0) for kind in ("leaks", "overlaps"))
    return split == "train" or (not was_dropped and shared > 0)


def _n_bases(regions: pd.DataFrame) -> int:
    return int((regions["end"] - regions["start"]).sum())
