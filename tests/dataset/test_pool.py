"""Jobs side by side."""

import os
from functools import partial

import pytest

from senformer.core.errors import StorageError
from senformer.dataset.pool import in_processes


def double(value: int) -> tuple[int, int]:
    return 2 * value, os.getpid()


def test_in_processes__one_worker_is_this_process() -> None:
    jobs = {name: partial(double, value) for name, value in (("b", 1), ("a", 2))}
    assert list(in_processes(jobs, 1, "x")) == [("b", (2, os.getpid())), ("a", (4, os.getpid()))]


@pytest.mark.slow
def test_in_processes__two_workers_do_the_same() -> None:
    jobs = {str(value): partial(double, value) for value in range(5)}
    found = dict(in_processes(jobs, 2, "x"))
    assert {name: value for name, (value, _) in found.items()} == {str(v): 2 * v for v in range(5)}
    assert os.getpid() not in {pid for _, pid in found.values()}


@pytest.mark.slow
def test_in_processes__dead_worker_is_named() -> None:
    jobs = {str(value): partial(os._exit, 9) for value in range(2)}
    with pytest.raises(StorageError, match="out: a build process died"):
        list(in_processes(jobs, 2, "out"))
