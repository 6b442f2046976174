import pytest

from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.train.config import TrainConfig


def test_train_config__defaults_of_the_recipe():
    config = TrainConfig(steps=10)
    assert (config.learning_rate, config.clip_norm, config.betas, config.eps) == (
        5e-4,
        0.2,
        (0.9, 0.999),
        1e-8,
    )
    assert (config.schedule, config.loss, config.max_shift_bp, config.reverse_complement) == (
        "constant",
        "poisson",
        3,
        True,
    )


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"steps": 10, "lerning_rate": 1e-3}, "unknown key 'lerning_rate'. Did you mean 'learning_rate'?"),
        ({}, "key 'steps' is missing"),
        ({"steps": 0}, "key 'steps' is 0: Input should be greater than 0"),
        ({"steps": 10, "betas": [0.9, 1.0]}, "betas are (0.9, 1.0), each must lie in [0, 1)"),
        ({"steps": 10, "export": "best"}, "export: best needs validate_every_steps"),
        ({"steps": 10, "precision": "fp16"}, "key 'precision' is 'fp16'"),
    ],
)
def test_train_config__bad_value_named(values, text):
    with pytest.raises(ConfigError) as caught:
        parse(TrainConfig, values, "x.yaml (train)")
    assert text in str(caught.value)
