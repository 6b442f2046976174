"""One toy world for all tests of this layer."""

from pathlib import Path

import pytest

from senformer.simulate.config import SimulateConfig
from senformer.simulate.folder import simulate
from senformer.simulate.world import World, make_world

TOY = SimulateConfig(genome_bp=60_000, n_chromosomes=2, n_variants=20, seed=7)


@pytest.fixture(scope="session")
def toy_config() -> SimulateConfig:
    return TOY


@pytest.fixture(scope="session")
def toy_world() -> World:
    return make_world(TOY)


@pytest.fixture(scope="session")
def toy_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("simulate") / "toy"
    simulate(TOY, out)
    return out
