"""The small set, and a dataset imported from it, once a session."""

from pathlib import Path

import pytest
from tests.dataset.tfrecord.sets import ToySet, write_set

from senformer.dataset.tfrecord.build import import_tfrecords


@pytest.fixture(scope="session")
def toy_set(tmp_path_factory: pytest.TempPathFactory) -> ToySet:
    """Return the set; tests do not write into its folder."""
    return write_set(tmp_path_factory.mktemp("records") / "set")


@pytest.fixture(scope="session")
def imported(toy_set: ToySet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the dataset imported from it; tests do not write into it."""
    out = tmp_path_factory.mktemp("imported") / "dataset"
    import_tfrecords(toy_set.config(), out)
    return out


@pytest.fixture
def own_set(tmp_path: Path) -> ToySet:
    """Return a set that a test may change."""
    return write_set(tmp_path / "set")
