"""The pieces of a build on a dask cluster: the same bytes, whatever happens to the workers."""

import os
import signal
import threading
import time
from functools import partial
from pathlib import Path

import pytest
from tests.dataset.toy import Toy, tree

from senformer.core.errors import ConfigError, DataError, StorageError
from senformer.dataset import build, engine
from senformer.dataset.engine import check_engine, run_jobs

# distributed leaves sockets and loops to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore")


def die_once(mark: Path) -> int:
    """Kill the worker that runs this, the first time."""
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 7


def die_always() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refuse() -> None:
    raise DataError("E408", "track", "the signal is NaN there")


@pytest.mark.parametrize("name", ["dask", "dask://", "dask://host", "spark://local", ""])
def test_check_engine__names_what_is_allowed(name: str) -> None:
    with pytest.raises(
        ConfigError, match=r"is no engine\. Give local, dask://local or dask://host:port"
    ) as caught:
        check_engine(name)
    assert caught.value.code == "E420"


def test_check_engine__hint_where_dask_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    check_engine("local")
    with pytest.raises(ConfigError, match=r"pip install 'senformer\[cluster\]'"):
        check_engine("dask://local")


def test_run_jobs__local_in_order() -> None:
    jobs = {name: partial(int, value) for name, value in (("a", "1"), ("b", "2"))}
    assert list(run_jobs(jobs, "local", 1, "here")) == [("a", 1), ("b", 2)]


@pytest.mark.slow
def test_run_jobs__cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A killed worker's job is done again; one that kills all ends the build; errors come through."""
    import dask.config
    import distributed  # noqa: F401 - brings its defaults

    jobs = {"dies": partial(die_once, tmp_path / "mark"), "b": partial(int, "2")}
    at_end = partial(Path.touch, tmp_path / "end")
    assert dict(run_jobs(jobs, "dask://local", 2, "here", at_end=at_end)) == {"dies": 7, "b": 2}
    assert (tmp_path / "end").exists()
    monkeypatch.setitem(dask.config.config["distributed"]["scheduler"], "allowed-failures", 1)
    with pytest.raises(StorageError, match="here: the workers that made one piece died") as caught:
        list(run_jobs({"dies": die_always}, "dask://local", 1, "here"))
    assert caught.value.code == "E423"
    with pytest.raises(DataError, match="the signal is NaN there"):
        list(run_jobs({"bad": refuse}, "dask://local", 1, "here"))
    monkeypatch.setattr(engine, "_PATIENCE_S", 1.0)
    with pytest.raises(StorageError, match="no scheduler answers"):
        list(run_jobs(jobs, "dask://127.0.0.1:9", 1, "here"))


@pytest.mark.slow
def test_build__on_a_cluster_with_a_worker_killed(toy: Toy, tmp_path: Path) -> None:
    """Workers of a cluster elsewhere; one is killed while pieces are made."""
    from distributed import LocalCluster

    build(toy.config(), tmp_path / "local")
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        pids = [worker.pid for worker in cluster.workers.values()]

        def kill() -> None:
            while not list((tmp_path / "d" / "shards").rglob("*.json")):
                time.sleep(0.002)
            os.kill(pids[0], signal.SIGKILL)

        killer = threading.Thread(target=kill, daemon=True)
        killer.start()
        address = cluster.scheduler_address.removeprefix("tcp://")
        build(toy.config(), tmp_path / "d", engine=f"dask://{address}")
        killer.join()
    assert tree(tmp_path / "d") == tree(tmp_path / "local")
