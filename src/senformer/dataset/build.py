"""Build a dataset store: from a configuration to a finished folder, resumable at any point."""

import ctypes
import logging
import multiprocessing
import shutil
import signal
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from senformer.core.commit import refuse_existing, remove, write_json
from senformer.core.errors import (
    ConfigError,
    DataError,
    MissingInputError,
    OutputError,
    StorageError,
)
from senformer.core.lock import folder_lock
from senformer.dataset import layout
from senformer.dataset.config import DatasetConfig
from senformer.dataset.finish import finish
from senformer.dataset.manifest import check_dataset, check_entries, read_json
from senformer.dataset.plan import BuildPlan, make_plan
from senformer.dataset.shard import build_shard, shard_folders, shard_record

log = logging.getLogger(__name__)


def build(config: DatasetConfig, out: Path, *, workers: int = 1) -> dict[str, Any]:
    """Build the dataset that ``config`` describes into ``out``.

    Chromosomes are the unit of work: each is written by one process and recorded when it is done. Killed
    at any moment, the same call goes on where it was and ends in a byte-identical folder; on a finished
    folder it only returns the counts.

    Parameters
    ----------
    config
        Inputs, geometry and splits; paths are relative to the working directory.
    out
        Folder to make. One that holds a dataset of another configuration or of other inputs is refused.
    workers
        Processes. The result does not depend on it.

    Returns
    -------
    Counts: ``n_tracks``, ``n_chromosomes``, ``windows`` per split, ``dropped_windows`` by reason,
    chromosomes ``left_out`` by reason, ``iupac_bases``, ``nan_bases``, ``missing_chromosomes`` (pairs of
    track and chromosome).

    Raises
    ------
    ConfigError, DataError, MissingInputError
        What is wrong with the inputs; a folder that this call created is removed.
    OutputError, StorageError, LockedError
        ``out`` is taken, cannot be written, the disk is full, or another process builds it.
    """
    out = Path(out)
    _refuse_foreign(out)
    with folder_lock(out):
        plan = make_plan(config)
        fresh = not (out / layout.HEADER).is_file()
        if not fresh:
            _refuse_other(out, plan.header)
        if (out / layout.DONE).is_file():
            check_dataset(out, verify=False)
            return read_json(out / layout.STATISTICS)["counts"]
        try:
            return _fill(plan, out, workers)
        except (ConfigError, DataError, MissingInputError):
            if fresh:
                _clear(out)
            raise


def _refuse_foreign(out: Path) -> None:
    """Refuse a folder that holds anything but an unfinished or finished build."""
    if out.is_dir() and not (out / layout.HEADER).is_file():
        if all(_is_leftover(child) or child.name == layout.LOCK for child in out.iterdir()):
            return
    elif out.is_dir():
        return
    refuse_existing(out)


def _is_leftover(path: Path) -> bool:
    return path.name.startswith((".partial-", ".old-"))


def _refuse_other(out: Path, header: dict[str, Any]) -> None:
    """Refuse to go on in a folder that was begun from something else."""
    found = read_json(out / layout.HEADER)
    differs = list(_differences(found, header))
    if differs:
        shown = "; ".join(differs[:3]) + (f"; and {len(differs) - 3} more" if len(differs) > 3 else "")
        raise OutputError(
            "E804",
            str(out),
            f"the output folder holds a dataset made from something else: {shown}",
            "Choose another --out, or remove it first.",
        )


def _differences(old: Any, new: Any, name: str = "") -> Any:
    """Yield each value that differs, as ``name: old, now new``."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from _differences(old.get(key), new.get(key), f"{name}.{key}" if name else key)
    elif old != new:
        short = [repr(value) if len(repr(value)) < 60 else "..." for value in (old, new)]
        yield f"{name} was {short[0]}, now {short[1]}"


def _clear(out: Path) -> None:
    for child in out.iterdir():
        if child.name != layout.LOCK:
            remove(child)


def _fill(plan: BuildPlan, out: Path, workers: int) -> dict[str, Any]:
    for folder in (out, *(out / kind for kind in (*_STORES, layout.SHARDS))):
        for child in folder.iterdir() if folder.is_dir() else ():
            if _is_leftover(child):
                remove(child)
    _refuse_small_disk(plan, out)
    write_json(out / layout.HEADER, plan.header)
    for store in _STORES:
        write_json(out / store / "zarr.json", {"attributes": {}, "zarr_format": 3, "node_type": "group"})
    missing = [chrom for chrom in plan.chrom_sizes if not _is_built(out, chrom)]
    _build_shards(plan, out, missing, workers)
    return finish(plan, out)


_STORES = (layout.GENOME, layout.TRACKS, layout.BINS)


def _is_built(out: Path, chrom: str) -> bool:
    record = shard_record(out, chrom)
    if record.is_file() and not check_entries(out, read_json(record)["files"], verify=False):
        return True
    for path in (record, *shard_folders(out, chrom)):
        remove(path)
    return False


def _build_shards(plan: BuildPlan, out: Path, chroms: list[str], workers: int) -> None:
    if workers <= 1 or len(chroms) <= 1:
        for chrom in chroms:
            log.info("build %s (%d bp)", chrom, plan.chrom_sizes[chrom])
            build_shard(plan, out, chrom)
        return
    longest_first = sorted(chroms, key=lambda chrom: -plan.chrom_sizes[chrom])
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(chroms)), context, initializer=_die_with_parent) as pool:
        jobs = {pool.submit(build_shard, plan, out, chrom): chrom for chrom in longest_first}
        try:
            for job in as_completed(jobs):
                job.result()
                log.info("built %s", jobs[job])
        except BrokenProcessPool as fault:
            raise StorageError(
                "E417", str(out), "a build process died", "Free memory and run the same command again."
            ) from fault
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _die_with_parent() -> None:
    """End this worker when the process that holds the folder's lock is killed (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _refuse_small_disk(plan: BuildPlan, out: Path) -> None:
    """Stop before any work where even the best compression could not fit the disk."""
    config = plan.config
    n_bases = sum(plan.chrom_sizes.values())
    itemsize = 2 if config.dtype == "float16" else 4
    least = n_bases // 5 + n_bases // config.bin_bp * len(plan.tracks) * itemsize // 100
    free = shutil.disk_usage(out).free
    if free < least:
        raise StorageError(
            "E801",
            str(out),
            f"the disk has {free} bytes free, the dataset needs at least {least}",
            "Free some space or choose another --out.",
        )
