"""The processes of a build: jobs that do not depend on one another, done side by side."""

import contextlib
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from senformer.core.errors import StorageError
from senformer.core.parent import die_with_parent


@dataclass(frozen=True)
class _Processes:
    """Processes beside this one; ``ready`` is done when the first has begun, which takes a second."""

    pool: ProcessPoolExecutor
    count: int
    ready: Future[None]


_KEPT: ContextVar[_Processes | None] = ContextVar("kept", default=None)


@contextlib.contextmanager
def kept_processes(workers: int) -> Iterator[None]:
    """Let every :func:`in_processes` inside use the same processes, which begin at once.

    Parameters
    ----------
    workers
        As for :func:`in_processes`, which does not hear its own inside.
    """
    if workers <= 1 or _KEPT.get() is not None:
        yield
        return
    with _started(workers - 1) as processes:
        token = _KEPT.set(processes)
        try:
            yield
        finally:
            _KEPT.reset(token)


@contextlib.contextmanager
def _started(count: int) -> Iterator[_Processes]:
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, context, initializer=die_with_parent, initargs=(os.getpid(),))
    try:
        # One job for each: a process is begun when there is something to do.
        ready = [pool.submit(_begin) for _ in range(count)]
        yield _Processes(pool, count, ready[0])
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin() -> None:
    """Do nothing: to find this function, a process has loaded what the jobs need."""


def in_processes(
    jobs: Mapping[str, Callable[[], Any]], workers: int, where: str
) -> Iterator[tuple[str, Any]]:
    """Yield name and result of every job, as they are done; with one worker in this process, in order.

    Parameters
    ----------
    jobs
        What to do, by name; the ones that take longest first. They are pickled.
    workers
        Processes, this one among them; the others end with it, however it ends.
    where
        What the error names when a process dies.

    Raises
    ------
    StorageError
        A process died. What a job raises comes through; the jobs that have not begun are dropped.
    """
    if workers <= 1 or len(jobs) <= 1:
        for name, job in jobs.items():
            yield name, job()
        return
    with contextlib.ExitStack() as stack:
        processes = _KEPT.get() or stack.enter_context(_started(min(workers, len(jobs)) - 1))
        try:
            yield from _share(jobs, processes)
        except BrokenProcessPool as fault:
            raise StorageError(
                "E417", where, "a build process died", "Free memory and run the same command again."
            ) from fault


def _share(jobs: Mapping[str, Callable[[], Any]], processes: _Processes) -> Iterator[tuple[str, Any]]:
    """Do jobs from the last one on in this process while the others, once they are there, do the first."""
    waiting, pending = deque(jobs), dict[Future[Any], str]()
    while waiting or pending:
        while waiting and processes.ready.done() and len(pending) < _ahead(len(waiting), processes.count):
            name = waiting.popleft()
            pending[processes.pool.submit(jobs[name])] = name
        mine = waiting.pop() if waiting else None
        if mine is not None:
            yield mine, jobs[mine]()
        for done in wait(pending, timeout=None if mine is None else 0, return_when=FIRST_COMPLETED).done:
            yield pending.pop(done), done.result()


def _ahead(n_waiting: int, count: int) -> int:
    """Return how many jobs the others have: one each, and one to go on with unless the end is near."""
    return 2 * count if n_waiting > 2 * count else count
