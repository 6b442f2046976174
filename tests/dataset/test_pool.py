"""Jobs side by side."""

import os
import time
from functools import partial

import pytest

from senformer.core.errors import StorageError
from senformer.dataset.pool import in_processes, kept_processes


def double(value: int) -> tuple[int, int]:
    return 2 * value, os.getpid()


def slow_pid(value: int) -> int:
    time.sleep(0.2)
    return os.getpid()


def end_elsewhere(parent: int) -> None:
    if os.getpid() != parent:
        os._exit(9)
    time.sleep(0.5)  # until the other process is there


def test_in_processes__one_worker_is_this_process() -> None:
    jobs = {name: partial(double, value) for name, value in (("b", 1), ("a", 2))}
    assert list(in_processes(jobs, 1, "x")) == [("b", (2, os.getpid())), ("a", (4, os.getpid()))]


@pytest.mark.slow
def test_in_processes__two_workers_do_the_same() -> None:
    jobs = {str(value): partial(double, value) for value in range(5)}
    found = dict(in_processes(jobs, 2, "x"))
    assert {name: value for name, (value, _) in found.items()} == {str(v): 2 * v for v in range(5)}


@pytest.mark.slow
def test_in_processes__dead_worker_is_named() -> None:
    jobs = {str(value): partial(end_elsewhere, os.getpid()) for value in range(40)}
    with pytest.raises(StorageError, match="out: a build process died"):
        list(in_processes(jobs, 2, "out"))


@pytest.mark.slow
def test_kept_processes__serve_every_call() -> None:
    jobs = {str(value): partial(slow_pid, value) for value in range(20)}
    with kept_processes(2):
        pids = [pid for _ in range(2) for pid in dict(in_processes(jobs, 2, "x")).values()]
    assert len(set(pids) - {os.getpid()}) == 1
    assert pids.count(os.getpid()) < 36
