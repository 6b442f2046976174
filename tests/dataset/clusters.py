"""A dask cluster of this machine that loses a worker while a dataset is built."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def losing_cluster(out: Path) -> Iterator[str]:
    """Give the ``--engine`` of two workers, one of which is killed when ``out`` has its first record."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        pid = next(iter(cluster.workers.values())).pid
        ended = threading.Event()

        def kill() -> None:
            while not ended.is_set() and not list((out / "shards").rglob("*.json")):
                time.sleep(0.002)
            os.kill(pid, signal.SIGKILL)

        killer = threading.Thread(target=kill, daemon=True)
        killer.start()
        try:
            yield "dask://" + cluster.scheduler_address.removeprefix("tcp://")
        finally:
            ended.set()
            killer.join()
