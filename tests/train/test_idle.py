import logging

import pytest

from senformer.classical.config import FitConfig
from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.model.create import model_config
from senformer.model.zoo import MODELS
from senformer.train.config import TrainConfig
from senformer.train.idle import refuse_idle, refuse_unread, warn_of_warmup


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
        (
            {"norm_momentum": 0.1, "finetune": {"from": "x", "frozen_norms": True}},
            "train.norm_momentum: has no effect where train.finetune.frozen_norms keeps the statistics",
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


REGRESSION, KMERS = {"task": "regress", "model": "gkm_svm"}, {"task": "classify", "model": "kmer_svm"}


@pytest.mark.parametrize(
    ("values", "beside", "text"),
    [
        (
            {"class_weights": "balanced"},
            REGRESSION,
            "class_weights: has no effect under task regress. Take",
        ),
        ({"positive_weight": 2.0}, REGRESSION, "train.positive_weight: has no effect under task regress"),
        ({"epsilon": 0.2}, KMERS, "train.epsilon: has no effect under task classify. Take regress, or leave"),
        ({"cache_mib": 100}, KMERS, "train.cache_mib: has no effect under model kmer_svm. Take gkm_svm, or"),
        ({"threads": 2}, KMERS, "train.threads: has no effect under model kmer_svm"),
    ],
)
def test_refuse_unread__keys_of_a_fit(values, beside, text):
    with pytest.raises(ConfigError) as caught:
        refuse_unread(FitConfig(**values), "train", beside)
    assert text in str(caught.value)
    other = REGRESSION if beside is KMERS else {**REGRESSION, "task": "classify"}
    refuse_unread(FitConfig(**values), "train", other)
    refuse_unread(FitConfig(**FitConfig().model_dump()), "train", beside)


@pytest.mark.parametrize(
    ("name", "overrides", "text"),
    [
        (
            "gkm_svm",
            {"gamma": 2.0},
            "model.gamma: has no effect under kernel gkm_esttrunc. Take gkmrbf or",
        ),
        ("gkm_svm", {"kernel": "wgkm", "gamma": 2.0}, "model.gamma: has no effect under kernel wgkm"),
        (
            "gkm_svm",
            {"kernel": "gkmrbf", "center_weight": 9},
            "model.center_weight: has no effect under",
        ),
        ("gkm_svm", {"center_half_bp": 9.0}, "model.center_half_bp: has no effect"),
        ("demo_dashboard", {"body": "rnn", "channels": [8]}, "model.channels: has no effect under body rnn"),
        ("demo_dashboard", {"body": "rnn", "widths": [8]}, "model.widths: has no effect under body rnn"),
        (
            "demo_dashboard",
            {"body": "cnn", "hidden": 8},
            "model.hidden: has no effect under body cnn. Take rnn",
        ),
        (
            "demo_dashboard",
            {"pool": 3},
            "model.pool: has no effect under body cnn_rnn. Take cnn, or leave",
        ),
        ("agentbind", {"body": "deepsea", "hidden": 8}, "model.hidden: has no effect under body deepsea"),
    ],
)
def test_refuse_unread__keys_of_a_model(name, overrides, text):
    with pytest.raises(ConfigError) as caught:
        refuse_unread(model_config(name, overrides), "model")
    assert caught.value.code == "E676"
    assert text in str(caught.value)


def test_refuse_unread__what_is_published_and_written_out_is_fine():
    for name, kind in MODELS.items():
        for overrides in ({}, *kind.variants.values()):
            config = model_config(name, {**overrides})
            refuse_unread(config, "model")
            refuse_unread(model_config(name, config.model_dump()), "model")
