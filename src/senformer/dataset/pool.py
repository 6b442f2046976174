"""The processes of a build: jobs that do not depend on one another, done side by side."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from senformer.core.errors import StorageError
from senformer.core.parent import die_with_parent


def in_processes(
    jobs: Mapping[str, Callable[[], Any]], workers: int, where: str
) -> Iterator[tuple[str, Any]]:
    """Yield name and result of every job, as they are done; with one worker in this process, in order.

    Parameters
    ----------
    jobs
        What to do, by name; the ones that take longest first. They are pickled.
    workers
        Processes; they end with this one, however it ends.
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
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        min(workers, len(jobs)), context, initializer=die_with_parent, initargs=(os.getpid(),)
    ) as pool:
        try:
            pending = {pool.submit(job): name for name, job in jobs.items()}
            for done in as_completed(pending):
                yield pending[done], done.result()
        except BrokenProcessPool as fault:
            raise StorageError(
                "E417", where, "a build process died", "Free memory and run the same command again."
            ) from fault
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
