"""A cache of its own for every test of the genome layer."""

import pytest


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    """Keep derived files out of the user's cache."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("SENFORMER_CACHE", str(folder))
    return folder
