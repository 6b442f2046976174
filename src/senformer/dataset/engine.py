"""Where the pieces of a build or of a score table are made: on this machine, or on a dask cluster.

A piece is the same work on every engine. Dask may run one twice, when it takes a worker for lost that still
writes: both write the same bytes under temporary names of their own, and move them to the same places.
"""

import contextlib
import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from senformer.core.errors import ConfigError, StorageError
from senformer.dataset.pool import in_processes
from senformer.dataset.turns import in_turn

LOCAL, _SCHEME = "local", "dask://"
OWN_CLUSTER = "dask://local"
_ENGINE = re.compile(rf"{OWN_CLUSTER}|{_SCHEME}.+:\d+")
_PATIENCE_S = 40.0  # without any worker, or until the scheduler answers
_POLL_S = 1.0
# Tasks a worker thread that the scheduler knows: each carries the plan, or rows of a table.
_TASKS_AHEAD, _FULL_TASKS_AHEAD = 4, 2

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
    if not _ENGINE.fullmatch(engine):
        raise ConfigError(
            "E420", "--engine", f"{engine!r} is no engine", "Give local, dask://local or dask://host:port."
        )
    try:
        import distributed  # noqa: F401
    except ImportError as fault:
        todo = "Run: pip install 'senformer[cluster]'"
        raise ConfigError("E421", "--engine", "dask.distributed is not installed", todo) from fault


def run_jobs(
    jobs: Jobs, engine: str, workers: int, where: str, *, at_end: Callable[[], None] | None = None
) -> Iterator[tuple[str, Any]]:
    """Yield name and result of every job, as they are done; they do not depend on one another.

    Parameters
    ----------
    jobs
        What to do, by name. They are pickled.
    engine
        ``local``; ``dask://local``, a cluster of this machine for the time of the work; or
        ``dask://host:port``, a scheduler whose workers see the same files under the same paths.
    workers
        Processes on this machine; a cluster elsewhere has its own.
    where
        What errors name.
    at_end
        What every worker of a cluster does at last, for it lives on; pickled, too.

    Raises
    ------
    StorageError
        Processes or workers died, or there is none. What a job raises comes through.
    """
    if engine == LOCAL:
        yield from in_processes(jobs, workers, where)
    elif jobs:
        with _client(engine, workers) as client:
            try:
                yield from _in_cluster(client, jobs.items(), where, _TASKS_AHEAD)
            finally:
                if at_end and client.status == "running":
                    with contextlib.suppress(Exception):  # the results do not depend on it
                        client.run(at_end, on_error="ignore")


def run_in_turn(
    jobs: Iterator[tuple[str, Callable[[], Any]]], engine: str, workers: int, where: str
) -> Iterator[tuple[str, Any]]:
    """Do as :func:`run_jobs`, with jobs that carry what they work on: each is made when there is room for it.

    Parameters
    ----------
    jobs
        Name and work of each. They are pickled, and some are held at a time: two a process or thread.
    engine, workers, where
        As for :func:`run_jobs`.

    Raises
    ------
    StorageError
        As :func:`run_jobs`. What a job raises, or its making, comes through.
    """
    if engine == LOCAL:
        yield from in_turn(jobs, workers, where)
        return
    import dask.config
    import distributed  # noqa: F401 - brings its defaults, which the next line goes before

    with (
        dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"}),
        _client(engine, workers) as client,
    ):
        yield from _in_cluster(client, jobs, where, _FULL_TASKS_AHEAD)


@contextlib.contextmanager
def _client(engine: str, workers: int) -> Iterator[Any]:
    from distributed import Client, LocalCluster

    address = engine.removeprefix(_SCHEME)
    with contextlib.ExitStack() as stack:
        if engine == OWN_CLUSTER:
            address = stack.enter_context(
                LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address=None,
                    # Otherwise a share of the machine, and one that holds most of it is paused for ever.
                    memory_limit=None,
                )
            ).scheduler_address
        try:
            client = Client(address, timeout=_PATIENCE_S, set_as_default=False)
        except (OSError, ValueError) as fault:
            todo = "Start dask scheduler and dask worker there, or check host and port."
            raise StorageError("E422", f"dask://{address}", "no scheduler answers", todo) from fault
        yield stack.enter_context(client)


def _in_cluster(
    client: Any, jobs: Iterable[tuple[str, Callable[[], Any]]], where: str, tasks_ahead: int
) -> Iterator[tuple[str, Any]]:
    from distributed import CancelledError, KilledWorker, wait

    waiting, running, all_given = iter(jobs), dict[Any, str](), False
    last_seen, own = time.monotonic(), secrets.token_hex(8)
    try:
        while running or not all_given:
            n_threads = sum(client.nthreads().values())
            last_seen = time.monotonic() if n_threads else last_seen
            if time.monotonic() - last_seen > _PATIENCE_S:
                raise _lost(where, "the cluster has had no worker for a while")
            while not all_given and len(running) < tasks_ahead * n_threads:
                name, job = next(waiting, ("", None))
                if job is None:
                    all_given = True
                else:
                    running[client.submit(job, pure=False, key=f"{name}-{own}")] = name
            if all_given and not running:
                return
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
    except Exception:
        # A job's fault: what has begun cannot be stopped, and would write into what is cleared now.
        with contextlib.suppress(Exception), client.as_current():
            wait(list(running))
        raise
    finally:
        for future in running:
            with contextlib.suppress(Exception):
                future.cancel()


def _lost(where: str, found: str) -> StorageError:
    return StorageError("E423", where, found, "Mend the cluster and run the same command again: it goes on.")
