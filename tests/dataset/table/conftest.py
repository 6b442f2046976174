"""The toy table, and a dataset built from it, once a session."""

from pathlib import Path

import pytest
from tests.dataset.table.toy import toy_config, toy_rows, write_table

from senformer.dataset import TableDataset, build_dataset, open_dataset


@pytest.fixture(scope="session")
def table_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the toy table; tests do not write into its folder."""
    return write_table(tmp_path_factory.mktemp("table") / "toy.tsv", toy_rows())


@pytest.fixture(scope="session")
def table_store(table_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a finished dataset of the toy table; tests do not write into it."""
    out = tmp_path_factory.mktemp("table_store") / "dataset"
    build_dataset(toy_config(table_path), out)
    return out


@pytest.fixture
def table(table_store: Path) -> TableDataset:
    """Return the dataset, freshly opened."""
    dataset = open_dataset(table_store)
    assert isinstance(dataset, TableDataset)
    return dataset
