"""Jobs done side by side while they are made: only a few are held at a time."""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from senformer.core.errors import StorageError
from senformer.core.parent import die_with_parent

# Jobs in work or waiting, for each process.
_HELD = 2


def in_turn(
    jobs: Iterator[tuple[str, Callable[[], Any]]], workers: int, where: str
) -> Iterator[tuple[str, Any]]:
    """Yield name and result of every job, in order; a job is made when there is room for it.

    Parameters
    ----------
    jobs
        What to do, by name. They are pickled.
    workers
        Processes; they end with this one. One worker: this process does the work.
    where
        What the error names when a process dies.

    Raises
    ------
    StorageError
        A process died. What a job raises comes through.
    """
    if workers <= 1:
        for name, job in jobs:
            yield name, job()
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=die_with_parent, initargs=(os.getpid(),)) as pool:
        pending: deque[tuple[str, Future[Any]]] = deque()
        try:
            for name, job in jobs:
                pending.append((name, pool.submit(job)))
                if len(pending) >= _HELD * workers:
                    first, done = pending.popleft()
                    yield first, done.result()
            while pending:
                first, done = pending.popleft()
                yield first, done.result()
        except BrokenProcessPool as fault:
            raise StorageError(
                "E417", where, "a build process died", "Free memory and run the same command again."
            ) from fault
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
