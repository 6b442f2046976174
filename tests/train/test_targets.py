from types import SimpleNamespace
from unittest.mock import create_autospec

import pytest

from senformer.core.errors import ConfigError, DataError
from senformer.dataset.store import Dataset
from senformer.train.plan import Plan
from senformer.train.targets import refuse_negative_targets, refuse_unreachable_targets


def _dataset(*smallest):
    tracks = [SimpleNamespace(name=f"t{index}", index=index) for index in range(len(smallest))]
    statistics = {"all": {"min": list(smallest)}}
    return create_autospec(Dataset, instance=True, path="data", tracks=tracks, statistics=statistics)


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
