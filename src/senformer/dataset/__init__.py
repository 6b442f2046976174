"""Dataset store: build it from a genome and tracks, open it, cut windows and batches from it.

What needs torch (:mod:`senformer.dataset.loader`) is imported when it is first asked for.
"""

import importlib
from typing import Any

from senformer.dataset.build import build
from senformer.dataset.config import DatasetConfig
from senformer.dataset.examples import AnyDataset
from senformer.dataset.kinds import build_dataset, parse_dataset
from senformer.dataset.store import Dataset, open_dataset
from senformer.dataset.table.config import TableConfig
from senformer.dataset.table.store import TableDataset

_WITH_TORCH = ("TrainBatches", "eval_windows", "iterate")

__all__ = [
    "AnyDataset",
    "Dataset",
    "DatasetConfig",
    "TableConfig",
    "TableDataset",
    "TrainBatches",
    "build",
    "build_dataset",
    "eval_windows",
    "iterate",
    "open_dataset",
    "parse_dataset",
]


def __getattr__(name: str) -> Any:
    """Import the loader when one of its names is first asked for."""
    if name in _WITH_TORCH:
        return getattr(importlib.import_module("senformer.dataset.loader"), name)
    raise AttributeError(f"module 'senformer.dataset' has no attribute {name!r}")
