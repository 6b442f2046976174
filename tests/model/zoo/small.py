"""Small sizes of every model of one window: overrides that leave its order of layers as it is."""

from typing import Any

WINDOW_BP = 120

SMALL: dict[str, dict[str, Any]] = {
    "basset": {"channels": [6, 5, 4], "widths": [9, 5, 3], "dense": [8, 7]},
    "beluga": {"channels": [6, 5, 4], "width": 3, "pool": 3, "dense": 7},
    "danq": {"channels": 6, "width": 9, "pool": 5, "hidden": 4, "dense": 7},
    "danq_jaspar": {"channels": 6, "width": 9, "pool": 5, "hidden": 4, "dense": 7},
    "deeper_deepsea": {"channels": [6, 5, 4], "width": 3, "pool": 3},
    "deepsea": {"channels": [6, 5, 4], "width": 4, "pool": 3, "dense": 7},
    "deepstarr": {"channels": [6, 5, 5, 4], "dense": [8, 7]},
    "mpra_dragonn": {"channels": [6, 5, 4], "widths": [5, 4, 3], "pools": [1, 3, 1], "dense": [7]},
    "xpresso": {"channels": [6, 5], "pools": [4, 3], "halflife": 3, "dense": [8, 7]},
}


def small_section(name: str, **changes: Any) -> dict[str, Any]:
    """Return overrides of a small model of 120 bp, a bin of 40 bp and three outputs."""
    return {"window_bp": WINDOW_BP, "crop_bins": 1, "heads": {"cells": 3}, **SMALL[name], **changes}
