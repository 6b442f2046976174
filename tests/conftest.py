"""Fixtures that every tier shares."""

from pathlib import Path

import pytest

_SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of measured data, or skip with a plain reason."""
    if not _SHARED.is_dir():
        pytest.skip("measured data is not beside this checkout (../shared/data)")
    return _SHARED
