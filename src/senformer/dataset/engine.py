"""Where the pieces of a build are made: in processes of this machine, or on a dask cluster.

A piece is the same work on every engine. Dask may run one twice, when it takes a worker for lost that still
writes: both write the same bytes under temporary names of their own, and move them to the same places.
"""

import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from senformer.core.errors import ConfigError, StorageError
from senformer.dataset.pool import in_processes

LOCAL, _SCHEME, _OWN_CLUSTER = "local", "dask://", "local"
_PATIENCE_S = 40.0  # without any worker, or until the scheduler answers
_POLL_S = 1.0
_TASKS_AHEAD = 4  # tasks a worker thread that the scheduler knows: each carries the plan

log = logging.getLogger(__name__)
Jobs = Mapping[str, Callable[[], Any]]


def check_engine(engine: str) -> None:
    """Refuse what is no engine.

    Raises
    ------
    ConfigError
        It is neither ``local``, ``dask://local`` nor ``dask://host:port``, or dask is not installed.
    """
    if engine == LOCAL:
        return
    if not engine.startswith(_SCHEME) or not engine.removeprefix(_SCHEME):
        raise ConfigError(
            "E420", "--engine", f"{engine!r} is no engine", "Give local, dask://local or dask://host:port."
        )
    try:
        import distributed  # noqa: F401
    except ImportError as fault:
        todo = "Run: pip install 'senformer[cluster]'"
        raise ConfigError("E421", "--engine", "dask.distributed is not installed", todo) from fault


def run_jobs(jobs: Jobs, engine: str, workers: int, where: str) -> Iterator[tuple[str, Any]]:
    """Yield name and result of every job, as they are done; they do not depend on one another.

    Parameters
    ----------
    jobs
        What to do, by name. They are pickled.
    engine
        ``local``; ``dask://local``, a cluster of this machine for the time of the build; or
        ``dask://host:port``, a scheduler whose workers see the same files under the same paths.
    workers
        Processes on this machine; a cluster elsewhere has its own.
    where
        What errors name.

    Raises
    ------
    StorageError
        Processes or workers died, or there is none. What a job raises comes through.
    """
    if engine == LOCAL:
        yield from in_processes(jobs, workers, where)
    elif jobs:
        with _client(engine.removeprefix(_SCHEME), workers) as client:
            yield from _in_cluster(client, jobs, where)


@contextlib.contextmanager
def _client(address: str, workers: int) -> Iterator[Any]:
    from distributed import Client, LocalCluster

    with contextlib.ExitStack() as stack:
        if address == _OWN_CLUSTER:
            address = stack.enter_context(
                LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None)
            ).scheduler_address
        try:
            client = Client(address, timeout=_PATIENCE_S, set_as_default=False)
        except (OSError, ValueError) as fault:
            todo = "Start dask scheduler and dask worker there, or check host and port."
            raise StorageError("E422", f"dask://{address}", "no scheduler answers", todo) from fault
        yield stack.enter_context(client)


def _in_cluster(client: Any, jobs: Jobs, where: str) -> Iterator[tuple[str, Any]]:
    from distributed import CancelledError, KilledWorker, wait

    waiting, running = [*jobs.items()][::-1], dict[Any, str]()
    last_seen = time.monotonic()
    try:
        while waiting or running:
            n_threads = sum(client.nthreads().values())
            last_seen = time.monotonic() if n_threads else last_seen
            if time.monotonic() - last_seen > _PATIENCE_S:
                raise _lost(where, "the cluster has had no worker for a while")
            while waiting and len(running) < _TASKS_AHEAD * n_threads:
                name, job = waiting.pop()
                running[client.submit(job, pure=False, key=f"{name}-{id(jobs)}")] = name
            if not running:
                time.sleep(_POLL_S)
                continue
            with contextlib.suppress(TimeoutError), client.as_current():
                wait(list(running), timeout=_POLL_S, return_when="FIRST_COMPLETED")
            for future in [future for future in running if future.done()]:
                yield running.pop(future), future.result()
    except KilledWorker as fault:
        raise _lost(where, "the workers that made one piece died, time after time") from fault
    except (CancelledError, OSError) as fault:
        raise _lost(where, f"the connection to the cluster was lost ({fault})") from fault
    finally:
        for future in running:
            with contextlib.suppress(Exception):
                future.cancel()


def _lost(where: str, found: str) -> StorageError:
    return StorageError("E423", where, found, "Mend the cluster and run the same command again: it goes on.")
