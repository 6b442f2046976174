"""Fixtures of the training tests."""

from pathlib import Path

import pytest
from tests.train.toy import build_world, open_world

from senformer.dataset import Dataset


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    build_world(folder)
    return folder


@pytest.fixture
def human(world: Path) -> dict[str, Dataset]:
    return open_world(world, "human")


@pytest.fixture
def both(world: Path) -> dict[str, Dataset]:
    return open_world(world, "human", "mouse")
