from types import SimpleNamespace
from unittest.mock import create_autospec

import pytest

from senformer.core.errors import ConfigError, DataError
from senformer.dataset.store import Dataset
from senformer.train.plan import Plan
from senformer.train.targets import (
    refuse_negative_targets,
    refuse_other_than_labels,
    refuse_unfit_outputs,
    refuse_unfit_targets,
    refuse_unreachable_targets,
)


def _dataset(*smallest, largest=1.0):
    tracks = [SimpleNamespace(name=f"t{index}", index=index) for index in range(len(smallest))]
    highest = [None if value is None else largest for value in smallest]
    statistics = {"all": {"min": list(smallest), "max": highest}}
    return create_autospec(
        Dataset, instance=True, path="data", tracks=tracks, statistics=statistics, is_measured=True
    )


def test_refuse_negative_targets__names_the_track_and_its_smallest_value():
    with pytest.raises(DataError, match=r"data track 't1': has values down to -38.6; .* negative scale"):
        refuse_negative_targets({"fly": _dataset(0.0, -38.6, None)}, "poisson")


def test_refuse_negative_targets__zero_and_no_data_pass():
    refuse_negative_targets({"fly": _dataset(0.0, None)}, "poisson")


def test_refuse_negative_targets__other_losses_take_any_value():
    refuse_negative_targets({"fly": _dataset(-1.0)}, "mse")


def test_refuse_negative_targets__reads_what_the_store_holds(human):
    refuse_negative_targets(human, "poisson")


def _plan(name: str = "senformer", **overrides: object) -> Plan:
    sizes = {"channels": 8, "channel_divisor": 4, "n_heads": 2, "n_position_features": 6, "window_bp": 256}
    return Plan(name, {**sizes, "n_conv_blocks": 2, "crop_bins": 0, "heads": {"fly": 1}, **overrides}, 256, 0)


def test_refuse_unreachable_targets__names_track_and_remedy():
    found = "data track 't0': has values down to -1.5; the model's softplus output is never negative"
    with pytest.raises(ConfigError, match=found) as fault:
        refuse_unreachable_targets({"fly": _dataset(-1.5)}, _plan())
    assert "Set activation: linear" in str(fault.value)


def test_refuse_unreachable_targets__a_linear_model_reaches_all():
    refuse_unreachable_targets({"fly": _dataset(-1.5)}, _plan(activation="linear"))
    refuse_unreachable_targets({"fly": _dataset(0.0, None)}, _plan())


def test_refuse_other_than_labels__names_track_range_and_remedy():
    found = "data track 't0': has values from 0 to 7.5; the binary_cross_entropy loss needs labels, 0 to 1"
    with pytest.raises(DataError, match=found) as fault:
        refuse_other_than_labels({"fly": _dataset(0.0, largest=7.5)}, "binary_cross_entropy")
    assert fault.value.code == "E446"
    assert "labels section" in str(fault.value)
    with pytest.raises(DataError, match=r"values from -0\.5 to 1;"):
        refuse_other_than_labels({"fly": _dataset(0.0, -0.5)}, "binary_cross_entropy")


def test_refuse_other_than_labels__labels_masked_tracks_and_other_losses_pass():
    refuse_other_than_labels({"fly": _dataset(0.0, None)}, "binary_cross_entropy")
    refuse_other_than_labels({"fly": _dataset(0.0, largest=7.5)}, "mse")


@pytest.mark.parametrize(
    ("loss", "name", "activation", "remedy"),
    [
        ("binary_cross_entropy", "senformer", "softplus", "or set activation: linear in the model section"),
        ("poisson", "senformer", "linear", "or set activation: softplus in the model section"),
        (
            "poisson",
            "deepsea",
            "sigmoid",
            "Take loss: binary_cross_entropy or cosine or mse or pearson, or set",
        ),
        ("multinomial_mse", "deepsea", "sigmoid", "set activation: softplus"),
        ("labels_mse", "deepsea", "sigmoid", "set activation: linear"),
        ("mse", "basenji", "exp_linear", None),
        ("labels_mse", "basenji", "exp_linear", "Take loss: cosine or mse or multinomial_mse or"),
        ("binary_cross_entropy", "deepsea", "sigmoid", None),
        ("binary_cross_entropy", "deepsea", "linear", None),
        ("poisson", "senformer", "softplus", None),
    ],
)
def test_refuse_unfit_outputs__names_what_would_do(loss, name, activation, remedy):
    plan = Plan(name, {"activation": activation}, 0, 0)
    if remedy is None:
        refuse_unfit_outputs(loss, plan)
        return
    with pytest.raises(
        ConfigError, match=f"{loss} is for outputs under .*; those of {name} are {activation}"
    ) as fault:
        refuse_unfit_outputs(loss, plan)
    assert fault.value.code == "E447"
    assert remedy in str(fault.value)


@pytest.mark.parametrize(
    ("lowest", "highest", "loss", "code"),
    [
        (-1.0, 1.0, "poisson", "E618"),
        (0.0, 2.0, "binary_cross_entropy", "E446"),
        (-1.0, 1.0, "mse", "E498"),
    ],
)
def test_refuse_unfit_targets__asks_all(lowest, highest, loss, code):
    with pytest.raises((ConfigError, DataError)) as fault:
        refuse_unfit_targets({"fly": _dataset(lowest, largest=highest)}, loss, _plan())
    assert fault.value.code == code


def test_refuse_unreachable_targets__probabilities_are_from_0_to_1():
    plan = Plan("deepsea", {"window_bp": 600, "crop_bins": 0}, 600, 0)
    refuse_unreachable_targets({"fly": _dataset(0.0, None)}, plan)
    with pytest.raises(ConfigError, match=r"t0': has values from 0 to 3; the model's sigmoid output is from"):
        refuse_unreachable_targets({"fly": _dataset(0.0, largest=3.0)}, plan)
