"""The values of a validation by name: ``valid_pearson``, ``valid_pearson.CAGE``, ``human.valid_loss``."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from senformer.core.config import nearest
from senformer.core.errors import ConfigError
from senformer.dataset.examples import AnyDataset
from senformer.train.patience import Watch

LOSS = "valid_loss"
CORRELATIONS = ("valid_pearson", "valid_pearson_log1p")


def assays_of(dataset: AnyDataset) -> list[str]:
    """Return the assays of a dataset's tracks, sorted; tracks without one are in none."""
    return sorted({track.assay for track in dataset.tracks if track.assay})


def score_names(datasets: Mapping[str, AnyDataset]) -> list[str]:
    """Return every name that a validation of ``datasets`` has a value for."""
    found: dict[str, None] = {}
    for organism, dataset in datasets.items():
        own = [LOSS, *CORRELATIONS, *(f"{key}.{a}" for key in CORRELATIONS for a in assays_of(dataset))]
        found |= dict.fromkeys([*own, *(f"{organism}.{key}" for key in own)])
    return list(found)


def watch_of(name: str, min_delta: float = 0.0) -> Watch:
    """Return which way a score improves: a loss downwards, a correlation upwards."""
    return Watch(metric=name, is_lower_better=name.endswith(LOSS), min_delta=min_delta)


def refuse_unknown_scores(names: Iterable[tuple[str, str]], datasets: Mapping[str, AnyDataset]) -> None:
    """Raise unless validation has a value for every name, each given with the key that names it.

    Raises
    ------
    ConfigError
        The first that it has not, with the nearest it has.
    """
    known = score_names(datasets)
    for key, name in names:
        if name not in known:
            raise ConfigError("E622", f"train.{key}", f"no validation has {name!r}", nearest(name, known))


def score(found: Mapping[str, Mapping[str, Any]], name: str) -> float | None:
    """Return a value of a validation: of one organism where it is named, else the mean of those that have it.

    None where none has: no track has a correlation.
    """
    for organism, entry in found.items():
        if name.startswith(f"{organism}."):
            return entry[name.removeprefix(f"{organism}.")]
    values = [entry[name] for entry in found.values() if entry.get(name) is not None]
    return float(np.mean(values)) if values else None
