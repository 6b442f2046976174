import pytest
import torch
from tests.workflow.measure.toy import some_case, toy_settings

from senformer.core.errors import ConfigError, UsageError
from senformer.workflow.measure.models import (
    build_model,
    config_of,
    model_cases,
    overrides_of,
    random_codes,
)


def test_overrides_of__a_short_window_is_cropped_by_a_quarter_at_most():
    settings = toy_settings("forward", overrides={})
    assert overrides_of(settings, 98_304, "dense")["crop_bins"] == 192
    assert overrides_of(settings, 196_608, "dense")["crop_bins"] == 320


def test_overrides_of__the_models_own_kind_keeps_its_settings():
    settings = toy_settings("forward")
    assert overrides_of(settings, 8 * 40, "bigbird")["attention"]["block_bins"] == 4
    assert overrides_of(settings, 8 * 40, "dense")["attention"] == {"kind": "dense"}


def test_overrides_of__a_length_of_half_bins_is_refused():
    with pytest.raises(UsageError, match="100,001 bp is no whole number of bins of 128 bp"):
        overrides_of(toy_settings("forward", overrides={}), 100_001, "dense")


def test_model_cases__the_peer_has_the_same_sizes():
    settings = toy_settings("forward", with_peer=True, peer_python="python")
    (peer, _) = [case for case in model_cases(settings) if case.peer]
    assert peer.options["sizes"]["channels"] == 32
    assert peer.options["n_bins"] == 20
    assert "skip" not in peer.options


def test_build_model__attention_is_at_work():
    model = build_model(model_cases(toy_settings("forward", lengths=(8 * 20,)))[0])
    assert model.transformer[0].attention.out.weight.abs().min() > 0
    assert all(value.isfinite().all() for value in model.state_dict().values())


def test_random_codes__one_window_the_same_each_time():
    case = some_case(length_bp=64)
    assert random_codes(case).shape == (1, 64)
    assert torch.equal(random_codes(case), random_codes(case))


def test_config_of__a_model_without_a_transformer_is_refused():
    with pytest.raises(ConfigError, match="forward: needs a model with a transformer, deepstarr has none"):
        config_of(toy_settings("forward", model="deepstarr", overrides={}))
