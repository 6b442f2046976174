"""A cache of their own for the tests of this folder."""

import pytest


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("SENFORMER_CACHE", str(folder))
    return folder
