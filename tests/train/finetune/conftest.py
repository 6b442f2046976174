"""Fixtures of the fine-tuning tests."""

from pathlib import Path

import pytest
from tests.train.finetune.toy import save_model


@pytest.fixture(scope="session")
def source(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model with a head ``human`` of seven unnamed tracks and a head ``frog`` of two."""
    return save_model(tmp_path_factory.mktemp("source") / "model", {"human": 7, "frog": 2})
