"""Fixtures that every tier shares."""

import os
from pathlib import Path

import pytest

if "PYTEST_XDIST_WORKER" in os.environ:
    # Threads of two processes on two cores wait for one another, and small tensors take many times as long.
    # A run without -n has all the threads of the machine, and what is in the environment counts for more.
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def _fsync_of_a_machine_that_stays_on(handle: int) -> None:
    """Fail as ``os.fsync`` does for a handle that is closed, and wait for no disk.

    A process that ends, killed or not, leaves what it has written to the system: without a power cut, which
    no test makes, syncing changes nothing that can be read.
    """
    os.fstat(handle)


os.fsync = _fsync_of_a_machine_that_stays_on

_SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of measured data, or skip with a plain reason."""
    if not _SHARED.is_dir():
        pytest.skip("measured data is not beside this checkout (../shared/data)")
    return _SHARED


@pytest.fixture(scope="session")
def short_demo(tmp_path_factory) -> Path:
    """Run the whole path once on a small world (slow tests only); tests do not change the folder."""
    from senformer.workflow.demo import run_demo

    out = tmp_path_factory.mktemp("demo") / "demo"
    run_demo(out, short=True)
    return out
