"""Build a table dataset: from a configuration to a finished folder, resumable at any point."""

import logging
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from senformer.core.commit import remove, sweep_folder, write_json
from senformer.core.errors import DataError, StorageError
from senformer.core.findings import WARNING, Finding
from senformer.core.provenance import FILE as RUN_RECORD
from senformer.core.provenance import make_record
from senformer.dataset import layout as folder_layout
from senformer.dataset.config import SPLITS
from senformer.dataset.engine import LOCAL, check_engine, run_in_turn
from senformer.dataset.frame import is_recorded, run_build
from senformer.dataset.manifest import read_json, write_manifest
from senformer.dataset.shard import shard_record
from senformer.dataset.statistics import TrackSums
from senformer.dataset.table import layout
from senformer.dataset.table.block import Block, block_paths, build_block
from senformer.dataset.table.chunk import blocks
from senformer.dataset.table.config import TableConfig
from senformer.dataset.table.label_counts import label_report
from senformer.dataset.table.plan import TablePlan, make_table_plan, with_absolute_paths
from senformer.dataset.table.rows import read_rows

log = logging.getLogger(__name__)


def build_table(config: TableConfig, out: Path, *, workers: int = 1, engine: str = LOCAL) -> dict[str, Any]:
    """Build the table dataset that ``config`` describes into ``out``.

    All rows are read twice: checked, then written block by block. Killed at any moment, the same call goes
    on where it was and ends in a byte-identical folder; on a finished folder it only returns the counts.

    Parameters
    ----------
    config
        Inputs, window and split; paths are relative to the working directory.
    out
        Folder to make. One that holds a dataset of another configuration or of other inputs is refused.
    workers
        Processes that write blocks. The result does not depend on it.
    engine
        Where blocks are written, as for :func:`senformer.dataset.build`; this process reads the rows. The
        result does not depend on it.

    Returns
    -------
    Counts: ``n_tracks``, ``n_rows``, ``rows`` per split, rows ``left_out`` by reason, ``unmatched`` (rows
    that joins left out, and names of joined files), ``leaks`` (sequences that two splits shared),
    ``overlaps`` (rows whose windows share bases across splits), ``cropped_sequences``,
    ``beyond_chromosome``, ``iupac_bases``, ``missing`` per value.

    Raises
    ------
    ConfigError, DataError, MissingInputError
        What is wrong with the inputs; a folder that this call created is removed.
    OutputError, StorageError, LockedError
        ``out`` is taken, cannot be written, the disk is full, or another process builds it.
    """
    out = Path(out)
    check_engine(engine)
    return run_build(
        config, out, lambda: make_table_plan(config), lambda plan: _fill(plan, out, workers, engine)
    )


def _stores(config: TableConfig) -> list[str]:
    """Return every folder that holds one thing a block."""
    return [str(path) for path in dict.fromkeys(path.parent for path in block_paths(Path(), config, "x"))]


def _fill(plan: TablePlan, out: Path, workers: int, engine: str) -> dict[str, Any]:
    stores = _stores(plan.config)
    _sweep(out, stores)
    _refuse_small_disk(plan, out)
    write_json(out / folder_layout.HEADER, plan.header)
    for store in stores:
        if store != layout.ROWS:
            group = {"attributes": {}, "zarr_format": 3, "node_type": "group"}
            write_json(out / store / "zarr.json", group)
    # Workers of a cluster have folders of their own to begin from.
    root, config = (
        (out, plan.config) if engine == LOCAL else (out.absolute(), with_absolute_paths(plan.config))
    )
    for name, _ in run_in_turn(_jobs(plan, config, root), engine, workers, str(out)):
        log.info("built the rows from %d on, of %d", int(name.removeprefix("row")), plan.n_rows)
    _sweep(out, stores)  # of workers that were lost
    return _finish(plan, out)


def _sweep(out: Path, stores: list[str]) -> None:
    for folder in (out, *(out / name for name in (layout.INPUTS, *stores, folder_layout.SHARDS))):
        sweep_folder(folder)


def _jobs(plan: TablePlan, config: TableConfig, out: Path) -> Iterator[tuple[str, Any]]:
    """Yield the work of every block that is not done, with the configuration it works by."""
    first, groups = 0, plan.scan.groups
    for chunks in blocks(read_rows(plan.config), plan.block_rows):
        last = first + sum(map(len, chunks))
        if last > plan.n_rows:
            raise DataError("E487", str(chunks[-1].path), "grew while it was read", "Run again.")
        block = Block(
            config,
            plan.tracks,
            first,
            chunks,
            plan.scan.codes[first:last],
            None if groups is None else groups[first:last],
        )
        if not _is_built(out, plan.config, block.name):
            yield block.name, partial(build_block, block, out)
        first = last
    if first != plan.n_rows:
        raise DataError("E487", plan.config.rows[-1].file, "shrank while it was read", "Run again.")


def _is_built(out: Path, config: TableConfig, name: str) -> bool:
    record = shard_record(out, name)
    if is_recorded(out, record):
        return True
    for path in (record, *block_paths(out, config, name)):
        remove(path)
    return False


def _refuse_small_disk(plan: TablePlan, out: Path) -> None:
    """Stop before any work where even the best compression could not fit the disk."""
    n_sequences = len(plan.config.sequence_names)
    # Two bits a base, where the table is of random sequence.
    least = plan.n_rows * (n_sequences * plan.config.window_bp // 8 + len(plan.tracks))
    free = shutil.disk_usage(out).free
    if free < least:
        found = f"the disk has {free} bytes free, the dataset needs about {least}"
        raise StorageError("E801", str(out), found, "Free some space or choose another --out.")


def _finish(plan: TablePlan, out: Path) -> dict[str, Any]:
    """Write what depends on all blocks, close the dataset, and return its counts."""
    names = [layout.block_name(first) for first in range(0, plan.n_rows, plan.block_rows)]
    records = [read_json(shard_record(out, name)) for name in names]
    sums = {
        name: sum(
            (TrackSums.from_dict(r["sums"][name]) for r in records), start=TrackSums.empty(len(plan.tracks))
        )
        for name in ("all", *SPLITS)
    }
    for finding in _empty_columns(plan, sums["train"], str(out)):
        log.warning(finding.line)
    counts = _counts(plan, records, sums["all"])
    reports = {name: found.report() for name, found in sums.items()}
    labels = label_report([r["labels"] for r in records], reports)
    write_json(out / folder_layout.STATISTICS, {**reports, **labels, "counts": counts})
    record = make_record("build", config=plan.config.model_dump(mode="json"), counts=counts)
    write_json(out / RUN_RECORD, {**record, "inputs": plan.inputs})
    write_manifest(out, {r["block"]: r["files"] for r in records})
    return counts


def _empty_columns(plan: TablePlan, train: TrackSums, where: str) -> Iterator[Finding]:
    """Yield a warning for every value from which nothing can be learned."""
    for track, n, low, high in zip(plan.tracks, train.n_finite, train.lowest, train.highest, strict=True):
        if low < high:
            continue
        found = f"is {low:g} in every train row that has it" if n else "has no number in any train row"
        yield Finding(
            WARNING, "E429", f"{where} value {track.name!r}", found, "Check the column, or drop it."
        )


def _counts(plan: TablePlan, records: list[dict[str, Any]], total: TrackSums) -> dict[str, Any]:
    letters = sorted({letter for record in records for letter in record["iupac_bases"]})
    codes = plan.scan.codes
    return {
        "n_tracks": len(plan.tracks),
        "n_rows": plan.n_rows,
        "rows": {split: int((codes == code).sum()) for code, split in enumerate(SPLITS)},
        "left_out": plan.scan.left_out,
        "unmatched": plan.scan.unmatched,
        "leaks": plan.scan.leaks.by_splits,
        "overlaps": plan.scan.overlaps.by_splits,
        **{
            name: sum(record["counts"].get(name, 0) for record in records)
            for name in ("cropped_sequences", "beyond_chromosome")
        },
        "iupac_bases": {x: sum(record["iupac_bases"].get(x, 0) for record in records) for x in letters},
        "missing": {
            track.name: plan.n_rows - int(n) for track, n in zip(plan.tracks, total.n_finite, strict=True)
        },
    }
