"""Two genomes: the toy world, and another copy of it with fewer tracks."""

import shutil
from pathlib import Path

import pytest
from tests.dataset.toy import TABLE, Toy, write_toy

from senformer.dataset.collection import build_collection, member_configs


@pytest.fixture(scope="session")
def second_toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    toy = write_toy(tmp_path_factory.mktemp("second"))
    toy.table.write_text("".join(TABLE.splitlines(keepends=True)[:2]))
    return toy


def section(first: Toy, second: Toy, **changes: object) -> dict:
    """Return a ``dataset`` section of two genomes."""
    shared = {
        key: value for key, value in first.values().items() if key not in ("genome", "tracks", "organism")
    }
    genomes = {
        "worm": {"genome": str(first.genome), "tracks": str(first.table)},
        "fly": {"genome": str(second.genome), "tracks": str(second.table), "exclude": ["chrA:1-100"]},
    }
    return {**shared, "genomes": genomes, **changes}


@pytest.fixture
def values(toy: Toy, second_toy: Toy) -> dict:
    return section(toy, second_toy)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "both"


@pytest.fixture(scope="session")
def collection(toy: Toy, second_toy: Toy, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    """Return a finished collection and its counts; tests do not write into it."""
    folder = tmp_path_factory.mktemp("collection") / "both"
    return folder, build_collection(member_configs(section(toy, second_toy), "test"), folder)


@pytest.fixture
def both(collection: tuple[Path, dict], out: Path) -> Path:
    """Return a copy of the collection, at ``out``, that a test may damage."""
    return Path(shutil.copytree(collection[0], out))
