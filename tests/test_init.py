"""The doors of the package."""

import senformer


def test_dir__lists_the_doors_before_any_was_opened() -> None:
    assert set(senformer.__all__) <= set(dir(senformer))
    assert "__name__" in dir(senformer)
    assert {name for name in dir(senformer) if not name.startswith("_")} >= {"open_dataset", "create_model"}
