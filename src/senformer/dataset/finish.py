"""The end of a build: windows, statistics, track table, run record, manifest, ``DONE.json``."""

import dataclasses
import logging
from pathlib import Path
from typing import Any

import pandas as pd

from senformer.core.commit import write_json
from senformer.core.provenance import FILE as RUN_RECORD
from senformer.core.provenance import make_record
from senformer.dataset import layout
from senformer.dataset.config import SPLITS
from senformer.dataset.counts import TrackCounts
from senformer.dataset.labelled import add_negatives, label_statistics, label_windows, sift
from senformer.dataset.manifest import read_json, write_manifest
from senformer.dataset.plan import BuildPlan, tile_plan
from senformer.dataset.shard import all_pieces, shard_record
from senformer.dataset.shares import shares_as_findings, split_shares
from senformer.dataset.statistics import TrackSums
from senformer.dataset.windows import is_padded, refuse_empty_splits
from senformer.tracks.table import write_track_table

log = logging.getLogger(__name__)


def finish(plan: BuildPlan, out: Path, *, estimated_bytes: int) -> dict[str, Any]:
    """Write what depends on all chromosomes, close the dataset, and return its counts.

    Parameters
    ----------
    plan
        The build; every chromosome of it is on disk.
    out
        The dataset's folder.
    estimated_bytes
        What its size was thought to be; kept beside the counts.

    Raises
    ------
    DataError
        A split has no window that carries a measurement.
    """
    all_records = [read_json(shard_record(out, piece.name)) for piece in all_pieces(plan)]
    records = [record for record in all_records if "sums" in record]
    bases = [record for record in all_records if "iupac_bases" in record]
    windows, dropped, negatives, shares = _cut(plan, out)
    layout.WINDOW_SCHEMA.write(out / layout.WINDOWS, windows)
    stored = [dataclasses.replace(track, path=out / track.path.name) for track in plan.tracks]
    write_track_table(out / layout.TRACK_TABLE, stored)
    counts = _counts(plan, bases, records, windows, dropped) | {"estimated_bytes": estimated_bytes}
    counts |= {"split_shares": shares} | ({"negatives": negatives} if negatives else {})
    sums = {name: _add_up(records, name, len(plan.tracks)).report() for name in ("all", *SPLITS)}
    changes = _changes(records, len(plan.tracks)).to_dict()
    labels = label_statistics(plan, out, windows)
    write_json(out / layout.STATISTICS, {**sums, **labels, "signal": changes, "counts": counts})
    record = make_record("build", config=plan.config.model_dump(mode="json"), counts=counts)
    write_json(out / RUN_RECORD, {**record, "inputs": plan.inputs})
    files: dict[str, list[dict[str, Any]]] = {name: [] for name in plan.arrays}
    for record in all_records:
        files[record.get("array") or record["chrom"]] += record["files"]
    write_manifest(out, files)
    return counts


def _cut(
    plan: BuildPlan, out: Path
) -> tuple[pd.DataFrame, dict[str, int], dict[str, Any], dict[str, dict[str, float]]]:
    """Return the windows, those dropped by reason, what negatives were drawn, and the share of each split."""
    tiled = tile_plan(plan)
    sound, dropped = sift(plan, out, tiled)
    kept, unlabelled = label_windows(plan, out, sound)
    dropped |= {**tiled.attrs.get("dropped", {}), **unlabelled}
    lost = ", ".join(f"{reason} {n}" for reason, n in dropped.items() if n)
    refuse_empty_splits(kept, plan.regions["split"], plan.config.window_bp, f"all were dropped ({lost})")
    shares = split_shares(plan.config, tiled, kept)
    for finding in shares_as_findings(shares, dropped, str(out)):
        log.warning(finding.line)
    windows, negatives = add_negatives(plan, out, kept)
    return windows, dropped, negatives, shares


def _add_up(records: list[dict[str, Any]], name: str, n_tracks: int) -> TrackSums:
    return sum((TrackSums.from_dict(r["sums"][name]) for r in records), start=TrackSums.empty(n_tracks))


def _changes(records: list[dict[str, Any]], n_tracks: int) -> TrackCounts:
    return sum((TrackCounts.from_dict(r["signal"]) for r in records), start=TrackCounts.empty(n_tracks))


def _padded(plan: BuildPlan, windows: pd.DataFrame) -> dict[str, dict[str, int]]:
    if plan.config.edges != "pad":
        return {}
    padded = windows[is_padded(windows, plan.chrom_sizes)]["split"]
    return {"padded_windows": {split: int((padded == split).sum()) for split in SPLITS}}


def _counts(
    plan: BuildPlan,
    bases: list[dict[str, Any]],
    records: list[dict[str, Any]],
    windows: pd.DataFrame,
    dropped: dict[str, int],
) -> dict[str, Any]:
    letters = sorted({letter for record in bases for letter in record["iupac_bases"]})
    return {
        "n_tracks": len(plan.tracks),
        "n_chromosomes": len(plan.chrom_sizes),
        "windows": {split: int((windows["split"] == split).sum()) for split in SPLITS},
        "dropped_windows": dropped,
        **_padded(plan, windows),
        **({} if plan.placed is None else {"regions": plan.placed.attrs["regions"]}),
        "left_out": plan.left_out,
        "iupac_bases": {x: sum(record["iupac_bases"].get(x, 0) for record in bases) for x in letters},
        **_changes(records, len(plan.tracks)).totals,
        "missing_chromosomes": sum(len(record["missing_tracks"]) for record in records),
    }
