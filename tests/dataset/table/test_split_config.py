"""The split of a table's configuration: keys of each kind, and shares that cannot be."""

import pytest

from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.dataset.table.split_config import TableSplitConfig


def group(**fractions: float) -> dict:
    return {"by": "group", "column": "gene", "fractions": fractions}


@pytest.mark.parametrize(
    "fractions",
    [{"train": 1.0}, {"train": 0.8, "valid": 0.1, "test": 0.1}, {"train": 0.2, "test": 0.2}, {"test": 0.5}],
)
def test_fractions__that_can_be(fractions: dict) -> None:
    assert parse(TableSplitConfig, group(**fractions), "test").fractions == fractions


@pytest.mark.parametrize(
    ("fractions", "message"),
    [
        ({"train": 0.8, "valid": 0.2, "test": 0.1}, "all together are at most 1; they are 1.1"),
        ({"train": 0.0, "test": 0.1}, "the share of train is above 0"),
        ({"train": 0.5, "test": -0.1}, "a share is at least 0"),
        ({"valid": 0.5, "test": 0.5}, "the shares of valid and test leave some for train"),
        ({"trian": 0.5}, "fractions"),
    ],
)
def test_fractions__refused(fractions: dict, message: str) -> None:
    with pytest.raises(ConfigError) as fault:
        parse(TableSplitConfig, group(**fractions), "test")
    assert message in str(fault.value)
