from pathlib import Path

import pytest
from tests.evaluate.world import build_dataset, save_model

from senformer.dataset import Dataset, open_dataset


@pytest.fixture(scope="session")
def toy_dataset(tmp_path_factory) -> Dataset:
    """Return a small dataset; tests do not change it."""
    return open_dataset(build_dataset(tmp_path_factory.mktemp("evaluate")))


@pytest.fixture(scope="session")
def toy_run(tmp_path_factory, toy_dataset) -> Path:
    """Return a run folder whose model fits the dataset."""
    run = tmp_path_factory.mktemp("run")
    save_model(run / "model", toy_dataset)
    return run
