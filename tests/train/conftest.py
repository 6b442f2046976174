"""Fixtures of the training tests."""

import json
from pathlib import Path

import pytest
from tests.train.toy import build_world, open_world
from tests.train.two import launch

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


@pytest.fixture(scope="session")
def two(tmp_path_factory: pytest.TempPathFactory) -> list[dict]:
    """Return what each of two processes found of talking and of holding a model together."""
    folder = tmp_path_factory.mktemp("two")
    assert [code for code, _ in launch("speak", folder)] == [0, 0]
    return [json.loads((folder / f"{rank}.json").read_text()) for rank in range(2)]
