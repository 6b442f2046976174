"""Shards of a scoring job on a dask cluster: workers score them, this process takes them in, in order.

A worker makes the job anew from its request, once, and writes what a shard gives beside the finished parts,
under a name by what it depends on; it is moved to its place when all shards before it are there. So a worker
that was taken for lost and still writes, or one of an earlier run, writes what would be written anyway, and
what it has finished need not be scored again.
"""

import contextlib
import json
import logging
import os
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import torch

from senformer.core.commit import move_file, remove, sha256
from senformer.core.errors import ConfigError, StorageError
from senformer.dataset.engine import OWN_CLUSTER, run_jobs
from senformer.genome.fasta import open_fasta
from senformer.variants.loci import Locus
from senformer.variants.parts import Parts
from senformer.variants.request import Request
from senformer.variants.shards import Job, last_top, progress, score_shard, write_table
from senformer.variants.top import merge_tops, restore_top, write_top

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Order:
    """What a worker is told once a shard.

    Attributes
    ----------
    name
        By everything that the scores depend on.
    request
        With absolute paths, and the device that the first machine found.
    facts
        What a worker must share (:meth:`senformer.variants.request.Request.facts`), and more.
    n_threads
        Threads to compute with: sums depend on how they are divided.
    """

    name: str
    request: Request
    facts: dict[str, Any]
    n_threads: int


def run_on_cluster(job: Job, request: Request, engine: str, workers: int, parts: Parts) -> int:
    """Do as :func:`senformer.variants.shards.run_shards`, the same parts to the last byte, on a cluster.

    Parameters
    ----------
    job, request
        What is scored, and what it was made from.
    engine, workers
        As for :func:`senformer.dataset.engine.run_jobs`.
    parts
        What is finished; its folder is where the workers see it, too. Its key has the facts of the request.

    Raises
    ------
    ConfigError
        A worker has other versions, files, or another device or precision (E768).
    StorageError
        A worker does not see the folder (E769), or as :func:`senformer.dataset.engine.run_jobs`.
    """
    shards, n_threads = job.shards, torch.get_num_threads()
    _warn_of_threads(engine, workers, n_threads)
    order = Order(parts.log.key[:16], _settled(request, job), parts.log.plan, n_threads)
    stems = [parts.folder.absolute() / f"{index:06d}-{order.name}" for index in range(len(shards))]
    left = range(parts.n_done, len(shards))
    kept = [
        index for index in left if _table_file(stems[index]).exists() and _top_file(stems[index]).exists()
    ]
    jobs = {
        str(index): partial(score_piece, order, shards[index], stems[index])
        for index in left
        if index not in kept
    }
    done = run_jobs(jobs, engine, workers, str(parts.out), at_end=partial(forget, order.name))
    there: set[int] = set()
    with progress(shards, parts.n_done) as advance:
        for index in chain(kept, (int(name) for name, _ in done)):
            there.add(index)
            while parts.n_done in there:
                advance(sum(len(locus.variants) for locus in shards[parts.n_done]))
                _take_in(job, parts, stems[parts.n_done])
    return len(shards)


def _settled(request: Request, job: Job) -> Request:
    """Return a request for other machines, where ``auto`` might mean another device."""
    inference = request.inference
    if inference.get("device") == "auto":
        inference = inference | {"device": job.ensemble.members[0].device.type}
    return replace(request.with_absolute_paths(), inference=inference)


def _warn_of_threads(engine: str, workers: int, n_threads: int) -> None:
    n_cores = os.cpu_count() or 1
    if engine == OWN_CLUSTER and workers * n_threads > n_cores:
        _LOG.warning(
            "%d workers of %d threads each share %d cores and slow one another: set OMP_NUM_THREADS=%d, or "
            "give fewer --workers.",
            workers, n_threads, n_cores, max(1, n_cores // workers),
        )  # fmt: skip


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


# Facts of which the values tell a reader something.
_SHORT = {"device", "dtype", "senformer", "torch", "numpy"}
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
        write_table(_table_file(stem), table, job)
        write_top(_top_file(stem), top, job.ensemble.head, job.measure, job.tracks)


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        found = f"is not there on {socket.gethostname()}, where a worker is to write"
        todo = "Give an --out that all workers see under the same path."
        raise StorageError("E769", str(folder), found, todo)


def _job(order: Order) -> Job:
    job = _MADE.get(order.name)
    if job is None:
        _MADE.clear()
        job = order.request.make_job(open_fasta(order.request.genome))
        _check_facts(order, job)
        _MADE[order.name] = job
    return job


def _check_facts(order: Order, job: Job) -> None:
    digests = {name: sha256(path) for name, path in order.request.inputs.items()}
    # As the key of the parts went through JSON.
    facts = json.loads(json.dumps(order.request.facts(job, digests)))
    other = [
        f"{name} {value} (here {order.facts.get(name)})" if name in _SHORT else name
        for name, value in facts.items()
        if value != order.facts.get(name)
    ]
    if other:
        todo = "Install the same everywhere; name the same files, --device and --precision."
        raise ConfigError(
            "E768", f"the worker on {socket.gethostname()}", f"has other {', '.join(other)}", todo
        )


def forget(name: str) -> None:
    """Let a worker give the memory of a job back, by the name of its order."""
    _MADE.pop(name, None)


@contextlib.contextmanager
def _threads(n: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(n)
    try:
        yield
    finally:
        torch.set_num_threads(before)
