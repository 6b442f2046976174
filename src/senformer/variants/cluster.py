"""Shards of a scoring job on a dask cluster: workers score them, this process takes them in, in order.

A worker makes the job anew from its recipe, once, and writes what a shard gives beside the finished parts,
under a name of this run; it is moved to its place when all shards before it are there. So a worker that was
taken for lost and still writes, or one of an earlier run, changes nothing.
"""

import contextlib
import secrets
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from senformer.core.commit import move_file, remove
from senformer.core.errors import ConfigError, StorageError
from senformer.core.provenance import versions
from senformer.dataset.engine import run_jobs
from senformer.genome.fasta import open_fasta
from senformer.variants.loci import Locus
from senformer.variants.parts import Parts
from senformer.variants.recipe import Recipe
from senformer.variants.shards import Job, last_top, progress, score_shard, write_table
from senformer.variants.top import merge_tops, restore_top, write_top

_PACKAGES = ("senformer", "torch", "numpy")


@dataclass(frozen=True)
class Order:
    """What a worker is told once a shard.

    Attributes
    ----------
    name
        Of this run, and no other.
    recipe
        With absolute paths.
    facts
        What a worker must share (:func:`facts_of`).
    n_threads
        Threads to compute with: sums depend on how they are divided.
    """

    name: str
    recipe: Recipe
    facts: dict[str, Any]
    n_threads: int


def run_on_cluster(job: Job, recipe: Recipe, engine: str, workers: int, parts: Parts) -> int:
    """Do as :func:`senformer.variants.shards.run_shards`, the same parts to the last byte, on a cluster.

    Parameters
    ----------
    job, recipe
        What is scored, and what it was made from.
    engine, workers
        As for :func:`senformer.dataset.engine.run_jobs`.
    parts
        What is finished; its folder is where the workers see it, too.

    Raises
    ------
    ConfigError
        A worker has other versions or another model (E768).
    StorageError
        A worker does not see the folder (E769), or as :func:`senformer.dataset.engine.run_jobs`.
    """
    shards = job.shards
    order = Order(secrets.token_hex(4), recipe.with_absolute_paths(), facts_of(job), torch.get_num_threads())
    stems = [parts.folder.absolute() / f"{index:06d}-{order.name}" for index in range(len(shards))]
    jobs = {
        str(index): partial(score_piece, order, shards[index], stems[index])
        for index in range(parts.n_done, len(shards))
    }
    there: set[int] = set()
    with progress(shards, parts.n_done) as advance:
        for name, _ in run_jobs(jobs, engine, workers, str(parts.out)):
            there.add(int(name))
            while parts.n_done in there:
                advance(sum(len(locus.variants) for locus in shards[parts.n_done]))
                _take_in(job, parts, stems[parts.n_done])
    return len(shards)


def _take_in(job: Job, parts: Parts, stem: Path) -> None:
    """Make what a worker wrote the next finished shard."""
    top = merge_tops(last_top(parts), restore_top(_top_file(stem)), job.n_top)
    move_file(_table_file(stem), parts.table_part(parts.n_done))
    write_top(parts.top_part(parts.n_done), top, job.ensemble.head, job.measure, job.tracks)
    parts.finish_shard()
    remove(_top_file(stem))


def _table_file(stem: Path) -> Path:
    return stem.with_name(f"{stem.name}.parquet")


def _top_file(stem: Path) -> Path:
    return stem.with_name(f"{stem.name}.npz")


def facts_of(job: Job) -> dict[str, Any]:
    """Return what must be the same wherever shards of a job are scored."""
    known = versions()
    facts: dict[str, Any] = {name: known.get(name) for name in _PACKAGES}
    return facts | {"models": sorted({member.model.card.sha256 for member in job.ensemble.members})}


# Of a worker: one shard at a time, however many threads it has, and the job that it has made.
_TURN = threading.Lock()
_MADE: dict[str, Job] = {}


def score_piece(order: Order, shard: Sequence[Locus], stem: Path) -> None:
    """Score one shard in a worker and write its rows and largest effects.

    Parameters
    ----------
    order
        What to do.
    shard
        Loci, one of the shards of the job.
    stem
        Path without an ending; its folder is there.

    Raises
    ------
    ConfigError, StorageError
        As :func:`run_on_cluster`; also what making and scoring raise.
    """
    with _TURN, _threads(order.n_threads):
        _check_folder(stem.parent)
        job = _job(order)
        with job.ensemble.hold():
            table, top = score_shard(job, shard, [], lambda n: None)
        _check_folder(stem.parent)  # the run may be over, where this worker was taken for lost
        write_table(_table_file(stem), table, job)
        write_top(_top_file(stem), top, job.ensemble.head, job.measure, job.tracks)


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        found = f"is not there on {socket.gethostname()}, where a worker is to write"
        todo = "Give an --out that all workers see under the same path."
        raise StorageError("E769", str(folder), found, todo)


def _job(order: Order) -> Job:
    if order.name not in _MADE:
        _MADE.clear()
        job = order.recipe.make_job(open_fasta(order.recipe.genome))
        for name, value in facts_of(job).items():
            if value != order.facts[name]:
                found = f"has {name} {value}, and here it is {order.facts[name]}"
                todo = "Install the same everywhere, and give paths that mean the same files everywhere."
                raise ConfigError("E768", f"the worker on {socket.gethostname()}", found, todo)
        _MADE[order.name] = job
    return _MADE[order.name]


@contextlib.contextmanager
def _threads(n: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(n)
    try:
        yield
    finally:
        torch.set_num_threads(before)
