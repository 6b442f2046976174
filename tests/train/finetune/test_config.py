import pytest

from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.train.finetune.config import FinetuneConfig


def test_config__from_is_read_and_written_under_its_name():
    found = parse(FinetuneConfig, {"from": "runs/a"}, "a.yaml")
    assert found.source == "runs/a"
    assert found.model_dump(mode="json")["from"] == "runs/a"


def test_config__misspelt_from_is_told():
    with pytest.raises(ConfigError, match=r"unknown key 'form'\. Did you mean 'from'"):
        parse(FinetuneConfig, {"form": "runs/a"}, "a.yaml")
