"""senformer: DNA sequence to regulatory activity.

The doors of the package. Each imports what it needs when it is called, so that importing
``senformer`` costs nothing.
"""

import importlib
from typing import Any

_DOORS = {
    "create_model": "senformer.model",
    "extend": "senformer.model.extend",
    "load_model": "senformer.model",
    "open_dataset": "senformer.dataset",
    "open_genome": "senformer.genome",
    "predict_sequences": "senformer.predict.sequences",
}

__all__ = ["create_model", "extend", "load_model", "open_dataset", "open_genome", "predict_sequences"]


def __getattr__(name: str) -> Any:
    """Import a door when it is first asked for."""
    if name in _DOORS:
        return getattr(importlib.import_module(_DOORS[name]), name)
    raise AttributeError(f"module 'senformer' has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the doors, imported or not, for completion."""
    return sorted({*globals(), *_DOORS})
