"""The toy world and a dataset built from it, once a session."""

from pathlib import Path

import pytest
from tests.dataset.toy import Toy, write_toy

from senformer.dataset import Dataset, build, open_dataset


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    """Return the toy world; tests do not write into its folder."""
    return write_toy(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="session")
def store_path(toy: Toy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a finished dataset of the toy world; tests do not write into it."""
    out = tmp_path_factory.mktemp("store") / "dataset"
    build(toy.config(), out)
    return out


@pytest.fixture
def store(store_path: Path) -> Dataset:
    """Return the dataset, freshly opened."""
    return open_dataset(store_path)


@pytest.fixture
def copied_store(store_path: Path, tmp_path: Path) -> Path:
    """Return a copy of the dataset that a test may damage."""
    import shutil

    return Path(shutil.copytree(store_path, tmp_path / "dataset"))


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the toy chromosomes into several shards each: bases of 512, targets of 128 bins."""
    monkeypatch.setattr("senformer.dataset.layout._CHUNK_BASES", 256)
    monkeypatch.setattr("senformer.dataset.layout._SHARD_BASES", 512)
    monkeypatch.setattr("senformer.dataset.layout._SHARD_BINNED_BASES", 512)
    monkeypatch.setattr("senformer.dataset.layout._CHUNK_BYTES", 1 << 10)


@pytest.fixture
def toy_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let chrB and chrC of the toy world be short contigs of which there are many: they share a pack."""
    monkeypatch.setattr("senformer.dataset.layout._SHORT_BASES", 4000)
    monkeypatch.setattr("senformer.dataset.layout._MANY_CONTIGS", 2)
    monkeypatch.setattr("senformer.dataset.layout._CHUNK_BYTES", 1 << 10)
