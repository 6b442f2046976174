import pytest
from tests.train.toy import settings

from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.train import TrainConfig
from senformer.train.distill.config import DistillConfig


def test_distill_config__teacher_may_be_left_to_finetune():
    assert settings(distill={}).distill == DistillConfig(teacher=None)
    assert settings().distill is None


def test_distill_config__unknown_keys_are_named():
    with pytest.raises(ConfigError, match="teacher"):
        parse(TrainConfig, {"steps": 1, "distill": {"techer": "x"}}, "train")
