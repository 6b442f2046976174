import pytest

from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.train.config import TrainConfig


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (
            {"class_weights": "balanced"},
            "class_weights has no effect on loss poisson; take binary_cross_entropy",
        ),
        (
            {"optimizer": "sgd", "betas": [0.8, 0.99]},
            "betas has no effect under optimizer sgd; take adam or adamw",
        ),
        ({"optimizer": "sgd", "eps": 1e-6}, "eps has no effect under optimizer sgd"),
        ({"decay_all": True}, "decay_all has no effect without weight_decay; give one, or leave it out"),
        ({"ema_warmup": True}, "ema_warmup has no effect without ema; give one"),
        ({"select": "valid_loss"}, "select has no effect without validation; set validate_every_steps"),
        ({"stop": {"patience": 3}}, "stop has no effect without validation"),
        ({"schedule": "plateau"}, "schedule plateau needs validation: set validate_every_steps"),
        ({"clip_norm": None, "clip": "per_tensor"}, "clip has no effect without clip_norm"),
    ],
)
def test_refuse_idle__key_and_need_named(values, text):
    with pytest.raises(ConfigError) as caught:
        parse(TrainConfig, {"steps": 1, **values}, "x.yaml (train)")
    assert text in str(caught.value)


def test_refuse_idle__defaults_written_out_are_fine():
    whole = TrainConfig(steps=1, optimizer="sgd").model_dump(mode="json")
    assert parse(TrainConfig, whole, "x.yaml (train)").optimizer == "sgd"
