"""The processes of a build: jobs that do not depend on one another, done side by side."""

import contextlib
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextvars import ContextVar
from queue import SimpleQueue
from typing import Any

from senformer.core.errors import StorageError
from senformer.core.parent import die_with_parent

Job = Callable[[], Any]


class _Processes:
    """Up to ``most`` processes beside this one, begun when there is something to do for them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._pool: ProcessPoolExecutor | None = None
        self._begun: list[Future[None]] = []

    def begin(self, n: int) -> list[Future[None]]:
        """Begin ``n`` processes, those that run already among them; as many are done as can work."""
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(
                self._most, context, initializer=die_with_parent, initargs=(os.getpid(),)
            )
        while len(self._begun) < min(n, self._most):
            self._begun.append(self.submit(_begin))
        return self._begun[:n]

    def submit(self, job: Job) -> Future[Any]:
        """Hand over a job; only after :meth:`begin`.

        Raises
        ------
        BrokenProcessPool
            A process died, or none can be begun.
        """
        assert self._pool is not None
        try:
            return self._pool.submit(job)
        except (OSError, RuntimeError) as fault:
            raise BrokenProcessPool(str(fault)) from fault

    def close(self) -> None:
        """End them."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)


def _begin() -> None:
    """Do nothing: to find this function, a process has loaded what the jobs need."""


_KEPT: ContextVar[_Processes | None] = ContextVar("kept", default=None)


@contextlib.contextmanager
def kept_processes(workers: int) -> Iterator[None]:
    """Let every :func:`in_processes` inside use the same processes: each takes a second to begin.

    Parameters
    ----------
    workers
        As for :func:`in_processes`, which does not hear its own inside.
    """
    if workers <= 1 or _KEPT.get() is not None:
        yield
        return
    with contextlib.closing(_Processes(workers - 1)) as processes:
        token = _KEPT.set(processes)
        try:
            yield
        finally:
            _KEPT.reset(token)


def in_processes(jobs: Mapping[str, Job], workers: int, where: str) -> Iterator[tuple[str, Any]]:
    """Yield name and result of every job, as they are done; with one worker in this process, in order.

    Nothing runs any more when it ends, whether by the last job, by a fault or by being closed.

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
        kept = _KEPT.get()
        most = min(workers, len(jobs)) - 1
        processes = kept or stack.enter_context(contextlib.closing(_Processes(most)))
        share = None
        try:
            share = _Share(jobs, processes)
            yield from share.results()
        except BrokenProcessPool as fault:
            raise StorageError(
                "E417",
                where,
                "a build process died",
                "Free memory and run the same command again; a script needs if __name__ == '__main__'.",
            ) from fault
        finally:
            if share is not None:
                share.end()


class _Share:
    """Jobs shared between this process, which begins with the last, and others, which begin with the first.

    A process that has begun gets one job, and the next when that is done, from the thread of the pool: none
    waits for this process to end its own.
    """

    def __init__(self, jobs: Mapping[str, Job], processes: _Processes) -> None:
        self._jobs, self._processes = jobs, processes
        self._waiting = deque(jobs)
        self._running: set[Future[Any]] = set()
        self._done: SimpleQueue[tuple[str, Future[Any]]] = SimpleQueue()
        self._lock = threading.RLock()
        for process in processes.begin(len(jobs) - 1):
            process.add_done_callback(self._is_there)

    def results(self) -> Iterator[tuple[str, Any]]:
        """Yield name and result of every job."""
        for _ in range(len(self._jobs)):
            mine = self._take_last() if self._done.empty() else None
            if mine is not None:
                yield mine, self._jobs[mine]()
            else:
                name, future = self._done.get()
                yield name, future.result()

    def end(self) -> None:
        """Drop what has not begun and wait for what has."""
        with self._lock:
            self._waiting.clear()
            running = list(self._running)
        wait(running)

    def _is_there(self, process: Future[None]) -> None:
        """Give a process that has begun its first job.

        One that could not begin is told instead: the pool holds its lock then, and takes no job.
        """
        if process.cancelled():
            return
        if process.exception() is None:
            self._hand_over()
        else:
            self._done.put(("", process))

    def _take_last(self) -> str | None:
        try:
            return self._waiting.pop()
        except IndexError:
            return None

    def _hand_over(self) -> None:
        with self._lock:
            try:
                name = self._waiting.popleft()
            except IndexError:
                return
            try:
                future = self._processes.submit(self._jobs[name])
            except BrokenProcessPool as fault:
                future = Future()
                future.set_exception(fault)
            self._running.add(future)
        future.add_done_callback(lambda done: self._take(name, done))

    def _take(self, name: str, future: Future[Any]) -> None:
        self._running.discard(future)
        is_good = not future.cancelled() and future.exception() is None
        if not is_good:
            # Without the lock, which a thread may hold that waits for the pool's; the pool holds its own here
            # when a process died.
            self._waiting.clear()
        self._done.put((name, future))
        if is_good:
            self._hand_over()
