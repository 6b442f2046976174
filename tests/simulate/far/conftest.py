"""One small world of far enhancers for all tests of this folder."""

import pytest

from senformer.simulate.config import SimulateConfig
from senformer.simulate.far.config import FarConfig
from senformer.simulate.world import World, make_world

FAR = FarConfig(min_bp=4_000, max_bp=40_000, gene_every_bp=3_000, ctcf_every_bp=20_000)
SMALL = SimulateConfig(genome_bp=400_000, n_chromosomes=2, n_variants=0, seed=5, far=FAR)


@pytest.fixture(scope="session")
def far_config() -> FarConfig:
    return FAR


@pytest.fixture(scope="session")
def far_settings() -> SimulateConfig:
    return SMALL


@pytest.fixture(scope="session")
def far_world() -> World:
    return make_world(SMALL)
