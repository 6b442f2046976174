"""Jobs side by side."""

import errno
import multiprocessing
import os
import time
from functools import partial
from pathlib import Path

import pytest

from senformer.core.errors import StorageError
from senformer.dataset.pool import in_processes, kept_processes


def double(value: int) -> tuple[int, int]:
    return 2 * value, os.getpid()


def slow_pid(value: int, seconds: float = 0.2) -> int:
    time.sleep(seconds)
    return os.getpid()


def end_at_once(parent: int) -> None:
    os._exit(9)


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
def test_in_processes__a_worker_that_cannot_begin_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("senformer.dataset.pool.die_with_parent", end_at_once)
    jobs = {str(value): partial(slow_pid, value) for value in range(40)}
    with pytest.raises(StorageError, match="x: a build process died"):
        list(in_processes(jobs, 2, "x"))


def test_in_processes__no_process_can_be_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise OSError(errno.EAGAIN, "no more processes")

    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor.submit", refuse)
    jobs = {str(value): partial(double, value) for value in range(4)}
    with pytest.raises(StorageError, match="x: a build process died"):
        list(in_processes(jobs, 2, "x"))


@pytest.mark.slow
def test_kept_processes__serve_every_call() -> None:
    jobs = {str(value): partial(slow_pid, value) for value in range(20)}
    with kept_processes(2):
        pids = [pid for _ in range(2) for _, pid in in_processes(jobs, 2, "x")]
    assert len(set(pids) - {os.getpid()}) == 1


def test_kept_processes__begin_when_there_is_something_to_do() -> None:
    with kept_processes(64):
        assert multiprocessing.active_children() == []
        assert dict(in_processes({"one": partial(double, 1)}, 64, "x")) == {"one": (2, os.getpid())}
        assert multiprocessing.active_children() == []


def await_processes(n: int) -> None:
    """Return when as many processes take part."""
    jobs = {str(value): partial(slow_pid, value) for value in range(3 * n)}
    while len(set(dict(in_processes(jobs, n, "x")).values())) < n:
        pass


def note_end(path: Path) -> None:
    time.sleep(1.0)
    path.touch()


def fail(parent: int) -> None:
    if os.getpid() == parent:
        raise ValueError("here")
    raise ValueError("there")


@pytest.mark.slow
@pytest.mark.parametrize("place", ["first", "last"])
def test_in_processes__nothing_runs_after_a_fault(tmp_path: Path, place: str) -> None:
    notes = {str(value): partial(note_end, tmp_path / str(value)) for value in range(40)}
    bad = {"bad": partial(fail, os.getpid())}
    with kept_processes(3):
        await_processes(3)
        with pytest.raises(ValueError, match="there" if place == "first" else "here"):
            list(in_processes(bad | notes if place == "first" else notes | bad, 3, "x"))
        n_done = len(list(tmp_path.iterdir()))
        time.sleep(1.5)
        assert len(list(tmp_path.iterdir())) == n_done <= 3


@pytest.mark.slow
def test_in_processes__none_waits_for_the_first() -> None:
    jobs = {str(value): partial(slow_pid, value, 0.5) for value in range(12)}
    with kept_processes(3):
        await_processes(3)
        pids = [pid for _, pid in in_processes(jobs, 3, "x")]
    assert min(pids.count(pid) for pid in set(pids)) >= 3
