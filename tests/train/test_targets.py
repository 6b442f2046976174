from types import SimpleNamespace
from unittest.mock import create_autospec

import pytest

from senformer.core.errors import DataError
from senformer.dataset.store import Dataset
from senformer.train.targets import refuse_negative_targets


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
