"""The orders, each written out once more from the published recipes."""

import pytest

from senformer.tracks.orders import DEFAULT, ORDERS, Order


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("senformer", Order("turned", 1.0, "none", 50.0, "clip", 0)),
        ("basenji_2020", Order("last", 0.0, "zero", 10.0, "replace", 20)),
        ("basenji_current", Order("first", 1.0, "mirror", 50.0, "clip", 20)),
    ],
)
def test_orders__as_published(name: str, order: Order) -> None:
    assert ORDERS[name] == order


def test_orders__ours_is_the_default() -> None:
    assert DEFAULT == "senformer"
    assert len(ORDERS) == 3
