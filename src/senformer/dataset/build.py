"""Build a dataset store: from a configuration to a finished folder, resumable at any point."""

import logging
from functools import partial
from pathlib import Path
from typing import Any

from senformer.core.commit import remove, sweep_folder, write_json
from senformer.core.errors import (
    MissingInputError,
)
from senformer.dataset import layout
from senformer.dataset.config import SPLITS, DatasetConfig
from senformer.dataset.engine import LOCAL, check_engine, run_jobs
from senformer.dataset.estimate import estimate_size, refuse_small_disk
from senformer.dataset.finish import finish
from senformer.dataset.frame import is_recorded, run_build
from senformer.dataset.inputs import unmeasured_chroms
from senformer.dataset.plan import BuildPlan, make_plan, tile_plan
from senformer.dataset.pool import kept_processes
from senformer.dataset.shard import Piece, all_pieces, build_piece, declare_arrays, open_genome, shard_record

# A part of the folder that was built cannot be read.
_STORE_FAULTS = {"E412", "E413"}

log = logging.getLogger(__name__)


def build(
    config: DatasetConfig, out: Path, *, workers: int = 1, plan: BuildPlan | None = None, engine: str = LOCAL
) -> dict[str, Any]:
    """Build the dataset that ``config`` describes into ``out``.

    The work is cut into pieces, the bases of a chromosome or a shard of its targets: each is written by one
    process and recorded when it is done. Killed at any moment, the same call goes on where it was and ends in
    a byte-identical folder; on a finished folder it only returns the counts, and reads no input again whose
    size and time of change are known.

    Parameters
    ----------
    config
        Inputs, geometry and splits; paths are relative to the working directory.
    out
        Folder to make. One that holds a dataset of another configuration or of other inputs is refused.
    workers
        Processes. The result does not depend on it.
    plan
        What :func:`senformer.dataset.plan.make_plan` returned; made here by default.
    engine
        Where the pieces are made, as for :func:`senformer.dataset.engine.run_jobs`. The result does not
        depend on it.

    Returns
    -------
    Counts: ``n_tracks``, ``n_chromosomes``, ``windows`` per split, ``dropped_windows`` by reason, chromosomes
    ``left_out`` by reason, ``iupac_bases``, ``missing_chromosomes`` (pairs of track and chromosome), and the
    ``estimated_bytes`` of the folder.

    Raises
    ------
    ConfigError, DataError, MissingInputError
        What is wrong with the inputs; a folder that this call created is removed, unless a chromosome is
        done and the fault is not of an input's content: an input that is gone, a damaged part of ``out``.
    OutputError, StorageError, LockedError
        ``out`` is taken, cannot be written, the disk is full, or another process builds it.
    """
    out = Path(out)
    check_engine(engine)
    with kept_processes(workers):
        return run_build(
            config,
            out,
            lambda: plan or make_plan(config, workers=workers),
            lambda found: _fill(found, out, workers, engine),
            keeps=lambda fault: _has_shard(out) and _is_outside_fault(fault),
        )


def describe_build(config: DatasetConfig, *, workers: int = 1) -> dict[str, Any]:
    """Return what a build would make, every input checked and nothing written but an index of the genome.

    Returns
    -------
    ``n_tracks``, ``n_chromosomes``, ``n_pieces``, ``windows`` per split before any is dropped for its signal
    or its unknown bases, how many are not among them as no track lists their chromosome (``unmeasured``),
    chromosomes ``left_out`` by reason, and ``estimated_bytes`` with its parts.

    Raises
    ------
    ConfigError, DataError, MissingInputError
        As :func:`build`.
    """
    with kept_processes(workers):
        plan = make_plan(config, workers=workers)
        tiled = tile_plan(plan)
        sizes = open_genome(plan.genome).chrom_sizes
        chroms = list(plan.chrom_sizes) if plan.is_measured else []
        lost = tiled["chrom"].isin(unmeasured_chroms(plan.tracks, chroms, sizes))
        windows = tiled.loc[~lost, "split"]
        return {
            "n_tracks": len(plan.tracks),
            "n_chromosomes": len(plan.chrom_sizes),
            "n_pieces": len(all_pieces(plan)),
            "windows": {split: int((windows == split).sum()) for split in SPLITS},
            "unmeasured": int(lost.sum()),
            "left_out": plan.left_out,
            "estimated_bytes": estimate_size(plan, workers).to_dict(),
        }


def _has_shard(out: Path) -> bool:
    return any((out / layout.SHARDS).rglob("*.json"))


def _is_outside_fault(fault: Exception) -> bool:
    """Say whether it tells nothing against the content of an input."""
    return isinstance(fault, MissingInputError) or getattr(fault, "code", "") in _STORE_FAULTS


def _fill(plan: BuildPlan, out: Path, workers: int, engine: str) -> dict[str, Any]:
    _sweep(out)
    missing = _missing(plan, out)
    size = refuse_small_disk(plan, out, missing, workers)
    write_json(out / layout.HEADER, plan.header)
    for store in _STORES if plan.is_measured else (layout.GENOME, layout.BINS):
        write_json(out / store / "zarr.json", {"attributes": {}, "zarr_format": 3, "node_type": "group"})
    _build_pieces(plan, out, missing, workers, engine)
    _sweep(out)  # of workers that were lost
    return finish(plan, out, estimated_bytes=size["total"])


def _sweep(out: Path) -> None:
    records = out / layout.SHARDS
    for folder in (out, *(out / kind for kind in _STORES), records, *sorted(records.glob("*"))):
        sweep_folder(folder)


_STORES = (layout.GENOME, layout.TRACKS, layout.BINS)


def _is_built(out: Path, piece: Piece) -> bool:
    record = shard_record(out, piece.name)
    if is_recorded(out, record):
        return True
    remove(record)  # the shards of it are replaced
    return False


def _missing(plan: BuildPlan, out: Path) -> list[Piece]:
    """Return every piece that is not there yet."""
    return [piece for piece in all_pieces(plan) if not _is_built(out, piece)]


def _build_pieces(plan: BuildPlan, out: Path, missing: list[Piece], workers: int, engine: str) -> None:
    n_pieces = len(all_pieces(plan))
    for name in dict.fromkeys(piece.array for piece in missing):
        declare_arrays(plan, out, name)
    if engine != LOCAL:  # workers have folders of their own to begin from
        plan, out = plan.with_absolute_paths(), out.absolute()
    jobs = {piece.name: partial(build_piece, plan, out, piece) for piece in missing}
    for n_done, (name, _) in enumerate(
        run_jobs(jobs, engine, workers, str(out)), 1 + n_pieces - len(missing)
    ):
        log.info("built %s (%d of %d pieces)", name, n_done, n_pieces)
