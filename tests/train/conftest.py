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
def two_at_work(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of what two processes have said and done together."""
    folder = tmp_path_factory.mktemp("two")
    (folder / "world").symlink_to(world)
    assert [code for code, _ in launch("speak", folder)] == [0, 0]
    return folder


@pytest.fixture
def two(two_at_work: Path) -> list[dict]:
    """Return what each of two processes found of talking and of holding a model together."""
    return [json.loads((two_at_work / f"{rank}.json").read_text()) for rank in range(2)]
