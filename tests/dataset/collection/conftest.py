"""Two genomes: the toy world, and another copy of it with fewer tracks."""

from pathlib import Path

import pytest
from tests.dataset.toy import TABLE, Toy, write_toy


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
