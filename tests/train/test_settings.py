import pytest
from tests.train.toy import MODEL, settings

from senformer.core.errors import ConfigError
from senformer.train.config import TrainConfig
from senformer.train.plan import make_plan
from senformer.train.settings import FREE, refuse_other_settings, run_settings, settings_hash


def _settings(datasets, section=MODEL, precision="float32", **changes):
    config = settings(**changes)
    return run_settings(make_plan(section, config, datasets), config, datasets, precision)


def test_run_settings__free_keys_do_not_count(human):
    changes = {
        "checkpoint_every_steps": 7,
        "export": "last",
        "keep_checkpoints": 9,
        "log_every_steps": 5,
        "max_minutes": 3.0,
        "parallel": "fsdp",
        "stop": {"patience": 3},
        "threads": 2,
        "validate_every_steps": 4,
        "validate_windows": 1,
        "workers": 2,
    }
    assert set(changes) == FREE - {"device"}
    assert _settings(human, **changes) == _settings(human)


def test_run_settings__every_other_key_counts(human):
    known = {key.removeprefix("train.") for key in _settings(human, schedule="cosine")}
    assert set(TrainConfig.model_fields) - FREE <= known
    assert {"dataset.human", "model.name", "model.channels", "model.heads"} <= known
    assert len(_settings(human)["dataset.human"]) == 64


def test_run_settings__steps_count_under_cosine_only(human):
    assert _settings(human, steps=6) == _settings(human, steps=9)
    assert _settings(human, steps=6, schedule="cosine") != _settings(human, steps=9, schedule="cosine")


def test_run_settings__precision_in_use_counts(human):
    assert _settings(human, precision="bfloat16") != _settings(human)


def test_settings_hash__order_of_keys_does_not_count():
    assert settings_hash({"a": 1, "b": 2}) == settings_hash({"b": 2, "a": 1})
    assert settings_hash({"a": 1, "b": 2}) != settings_hash({"a": 1, "b": 3})


@pytest.mark.parametrize(
    ("found", "wanted", "text"),
    [
        ({"train.seed": 1}, {"train.seed": 2}, "train.seed was 1 and is now 2"),
        ({"a": 1}, {"a": 1, "b": 2}, "b was 'nothing' and is now 2"),
        ({}, {"train.assay_weights": {"DNASE": 2.0}}, "train.assay_weights was {} and is now {'DNASE': 2.0}"),
        ({}, {"train.steps": 6}, "train.steps was 'nothing' and is now 6"),
        ({"a": 1, "b": 2}, {"a": 1}, "b was 2 and is now 'nothing'"),
    ],
)
def test_refuse_other_settings__first_difference_named(found, wanted, text):
    with pytest.raises(ConfigError) as caught:
        refuse_other_settings(found, wanted, "runs/a")
    assert text in str(caught.value)
    assert str(caught.value).startswith("runs/a: ")


def test_refuse_other_settings__same_pass():
    refuse_other_settings({"a": [1, 2]}, {"a": [1, 2]}, "runs/a")


def test_refuse_other_settings__key_younger_than_the_run_had_its_default(human):
    wanted = _settings(human)
    for key in ("train.assay_weights", "train.betas", "train.clip_norm", "train.eps"):
        found = {name: value for name, value in wanted.items() if name != key}
        refuse_other_settings(found, wanted, "run")


def test_run_settings__validation_counts_under_a_plateau(human):
    plateau = {"schedule": "plateau", "validate_every_steps": 2}
    assert _settings(human, **plateau) != _settings(human, **{**plateau, "validate_every_steps": 3})
    assert _settings(human, **plateau) != _settings(human, **plateau, validate_windows=1)
    assert _settings(human, **plateau, steps=6) == _settings(human, **plateau, steps=9)
