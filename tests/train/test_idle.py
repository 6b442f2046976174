import logging

import pytest

from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.train.config import TrainConfig
from senformer.train.idle import refuse_idle, warn_of_warmup


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (
            {"class_weights": "balanced"},
            "train.class_weights: has no effect on loss poisson. Take binary_cross_entropy, or leave it out.",
        ),
        (
            {"optimizer": "sgd", "betas": (0.8, 0.99)},
            "train.betas: has no effect under optimizer sgd. Take adam or adamw, or leave it out.",
        ),
        ({"optimizer": "sgd", "eps": 1e-6}, "train.eps: has no effect under optimizer sgd"),
        ({"decay_all": True}, "train.decay_all: has no effect without weight_decay. Give one, or leave it"),
        ({"ema_warmup": True}, "train.ema_warmup: has no effect without ema. Give one"),
        ({"select": "valid_loss"}, "train.select: has no effect without validation. Set validate_every_st"),
        ({"stop": {"patience": 3}}, "train.stop: has no effect without validation"),
        ({"schedule": "plateau"}, "train.schedule: plateau needs validation. Set validate_every_steps."),
        (
            {"validate_windows": 3},
            "train.validate_windows: has no effect without validation. Set validate_every_steps, or leave it",
        ),
        (
            {"schedule": "plateau", "validate_every_steps": 1, "schedule_options": {"min_rate": 5e-4}},
            "train.schedule_options.min_rate: is 0.0005, so that the rate of 0.0005 never falls",
        ),
        (
            {"finetune": {"from": "x", "stages": [{"from_step": s, "train": "heads"} for s in (0, 1)]}},
            "train.finetune.stages: the stage from step 1 never begins: the run has 1 steps. Leave it out",
        ),
        (
            {"schedule": "cosine"},
            "train.schedule: cosine has no effect: the warm-up takes 500 steps by default, the run has 1.",
        ),
        (
            {"schedule": "linear", "warmup_steps": 1},
            "linear has no effect: the warm-up takes 1 steps, the run has 1. Give fewer warmup_steps, or",
        ),
        ({"clip_norm": None, "clip": "per_tensor"}, "train.clip: has no effect without clip_norm"),
    ],
)
def test_refuse_idle__key_and_need_named(values, text):
    with pytest.raises(ConfigError) as caught:
        refuse_idle(TrainConfig(steps=1, **values))
    assert text in str(caught.value)


def test_refuse_idle__defaults_written_out_are_fine():
    whole = TrainConfig(steps=1, optimizer="sgd").model_dump(mode="json")
    refuse_idle(parse(TrainConfig, whole, "x.yaml (train)"))


def test_refuse_idle__one_step_after_the_warmup_is_fine():
    refuse_idle(TrainConfig(steps=4, warmup_steps=3, schedule="cosine"))


def test_warn_of_warmup__told_only_where_the_rate_is_never_reached(caplog):
    with caplog.at_level(logging.WARNING, logger="senformer"):
        warn_of_warmup(TrainConfig(steps=5, warmup_steps=5))
    assert not caplog.records
    with caplog.at_level(logging.WARNING, logger="senformer"):
        warn_of_warmup(TrainConfig(steps=200))
    assert [record.getMessage() for record in caplog.records] == [
        "warning: train.learning_rate of 0.0005 is never reached: the warm-up takes 500 steps by default, "
        "the run has 200; the rate ends at 0.0002. Give fewer warmup_steps, or raise steps."
    ]
