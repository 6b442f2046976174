"""The good world, written once, and a copy of it for every test that spoils it."""

import pytest
from tests.workflow.doctor.world import World, write_world


@pytest.fixture(scope="session")
def good_world(tmp_path_factory) -> World:
    """Return the world in which everything fits; tests do not change it."""
    return write_world(tmp_path_factory.mktemp("doctor") / "good")


@pytest.fixture
def world(good_world, tmp_path) -> World:
    """Return a copy of the good world."""
    return good_world.copy(tmp_path / "world")


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch) -> None:
    """Keep derived files out of the user's cache."""
    monkeypatch.setenv("SENFORMER_CACHE", str(tmp_path_factory.mktemp("cache")))
