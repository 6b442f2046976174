"""Import TFRecords: from a configuration to a finished dataset, resumable at any file."""

import dataclasses
import logging
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from senformer.core.commit import remove, sweep_folder, write_json
from senformer.core.provenance import FILE as RUN_RECORD
from senformer.core.provenance import make_record
from senformer.dataset import layout
from senformer.dataset.cache import ChromosomeCache, read_bin_facts
from senformer.dataset.config import SPLITS
from senformer.dataset.contigs import CONTIG_SCHEMA, CONTIGS
from senformer.dataset.engine import LOCAL, check_engine, run_jobs
from senformer.dataset.frame import is_recorded, run_build
from senformer.dataset.manifest import read_json, write_manifest
from senformer.dataset.packs import PackIndex
from senformer.dataset.plan import tile
from senformer.dataset.pool import kept_processes
from senformer.dataset.shard import shard_folders, shard_record
from senformer.dataset.statistics import TrackSums
from senformer.dataset.tfrecord.config import TfrecordConfig
from senformer.dataset.tfrecord.pack import build_pack
from senformer.dataset.tfrecord.plan import ImportPlan, make_import_plan
from senformer.dataset.windows import refuse_empty_splits, sift_windows
from senformer.tracks.table import write_track_table

_STORES = (layout.GENOME, layout.TRACKS, layout.BINS)

log = logging.getLogger(__name__)


def import_tfrecords(
    config: TfrecordConfig, out: Path, *, workers: int = 1, engine: str = LOCAL
) -> dict[str, Any]:
    """Import the TFRecords that ``config`` names as the dataset ``out``.

    Files are the unit of work. Killed at any moment, the same call goes on where it was and ends in a
    byte-identical folder.

    Parameters
    ----------
    config
        The set and what is not written in it.
    out
        Folder to make.
    workers
        Processes. The result does not depend on it.
    engine
        Where files are imported, as for :func:`senformer.dataset.build`; they are checked in ``workers``
        processes here. The result does not depend on it.

    Returns
    -------
    Counts, as ``build`` gives them, and of the set: ``files``, ``empty_files``, ``records``, and records
    held against the genome (``checked_records``).

    Raises
    ------
    ConfigError, DataError, MissingInputError
        What is wrong with the inputs; a folder that this call created is emptied.
    OutputError, StorageError, LockedError
        As ``build``.
    """
    out = Path(out)
    check_engine(engine)
    with kept_processes(workers):
        return run_build(
            config,
            out,
            lambda: make_import_plan(config, workers=workers),
            lambda plan: _fill(plan, out, workers, engine),
        )


def _fill(plan: ImportPlan, out: Path, workers: int, engine: str) -> dict[str, Any]:
    _sweep(out)
    write_json(out / layout.HEADER, plan.header)
    for store in _STORES:
        write_json(out / store / "zarr.json", {"attributes": {}, "zarr_format": 3, "node_type": "group"})
    missing = [name for name in plan.packs if not _is_built(out, name)]
    # Workers of a cluster have folders of their own to begin from.
    given, root = (plan, out) if engine == LOCAL else (plan.with_absolute_paths(), out.absolute())
    jobs = {name: partial(build_pack, given, root, name) for name in missing}
    for name, _ in run_jobs(jobs, engine, workers, str(out)):
        log.info("imported %s (%d records)", plan.files[name].path.name, len(plan.packs[name]))
    _sweep(out)  # of workers that were lost
    return _finish(plan, out)


def _sweep(out: Path) -> None:
    for folder in (out, *(out / kind for kind in (*_STORES, layout.SHARDS))):
        sweep_folder(folder)


def _is_built(out: Path, name: str) -> bool:
    record = shard_record(out, name)
    if is_recorded(out, record):
        return True
    for path in (record, *shard_folders(out, name)):
        remove(path)
    return False


def _finish(plan: ImportPlan, out: Path) -> dict[str, Any]:
    """Write what depends on all files, close the dataset, and return its counts."""
    records = {name: read_json(shard_record(out, name)) for name in plan.packs}
    CONTIG_SCHEMA.write(out / CONTIGS, plan.contigs)
    windows, dropped = _cut(plan, out)
    layout.WINDOW_SCHEMA.write(out / layout.WINDOWS, windows)
    stored = [dataclasses.replace(track, path=out / track.path.name) for track in plan.tracks]
    write_track_table(out / layout.TRACK_TABLE, stored)
    counts = _count(plan, list(records.values()), windows, dropped)
    empty = TrackSums.empty(len(plan.tracks))
    sums = {
        split: sum((TrackSums.from_dict(r["sums"][split]) for r in records.values()), start=empty).report()
        for split in ("all", *SPLITS)
    }
    write_json(out / layout.STATISTICS, {**sums, "counts": counts})
    record = make_record("build", config=plan.config.model_dump(mode="json"), counts=counts)
    write_json(out / RUN_RECORD, {**record, "inputs": plan.inputs})
    write_manifest(out, {name: record["files"] for name, record in records.items()})
    return counts


def _cut(plan: ImportPlan, out: Path) -> tuple[pd.DataFrame, dict[str, int]]:
    config, sizes = plan.store_config, plan.chrom_sizes
    cache = ChromosomeCache(out, keeps=False, packs=PackIndex(plan.packs, sizes, config.bin_bp))
    none = pd.DataFrame(columns=["chrom", "start", "end"])
    windows, dropped = sift_windows(
        tile(config, plan.regions, sizes),
        lambda contig: read_bin_facts(cache, none, contig, sizes[contig], config.bin_bp),
        config.bin_bp,
        config.crop_bins,
        config.max_n_fraction,
    )
    lost = ", ".join(f"{reason} {n}" for reason, n in dropped.items() if n)
    refuse_empty_splits(windows, plan.contigs["split"], config.window_bp, f"all were dropped ({lost})")
    return windows, dropped


def _count(
    plan: ImportPlan, records: list[dict[str, Any]], windows: pd.DataFrame, dropped: dict[str, int]
) -> dict[str, Any]:
    letters = sorted({letter for record in records for letter in record["iupac_bases"]})
    return {
        "n_tracks": len(plan.tracks),
        "n_chromosomes": len(plan.contigs),
        "windows": {split: int((windows["split"] == split).sum()) for split in SPLITS},
        "dropped_windows": dropped,
        "left_out": plan.left_out,
        "iupac_bases": {x: sum(record["iupac_bases"].get(x, 0) for record in records) for x in letters},
        "nan_bases": 0,
        "missing_chromosomes": 0,
        "files": plan.n_files,
        "empty_files": plan.n_empty,
        "records": len(plan.contigs) + sum(map(len, plan.left_out.values())),
        "nan_values": sum(sum(record["nan_values"]) for record in records),
        "infinite_values": sum(sum(record["infinite_values"]) for record in records),
        "checked_records": sum(record["checked_records"] for record in records),
        "mismatched_bases": sum(record["mismatched_bases"] for record in records),
    }
