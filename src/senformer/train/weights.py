"""How much each track, and each class of its labels, counts in the loss."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from math import prod

import torch
from jaxtyping import Float
from torch import Tensor

from senformer.core.config import nearest
from senformer.core.errors import ConfigError
from senformer.dataset.examples import AnyDataset
from senformer.tracks.table import Track


def track_weights(
    datasets: Mapping[str, AnyDataset],
    assay_weights: Mapping[str, float],
    by_name: Mapping[str, float] | None = None,
) -> dict[str, Float[Tensor, " track"]]:
    """Return each organism's weight per track: its assay's times that of every pattern that names it.

    Raises
    ------
    ConfigError
        A weight is given for an assay or a track that no dataset has.
    """
    patterns = sorted((by_name or {}).items())
    names = {track.name for dataset in datasets.values() for track in dataset.tracks}
    for pattern, _ in patterns:
        if not any(_is_named(name, pattern) for name in names):
            found = f"no track is called {pattern!r}"
            raise ConfigError("E627", "train.track_weights", found, nearest(pattern, names))
    known = {track.assay for dataset in datasets.values() for track in dataset.tracks}
    for assay in assay_weights:
        if assay not in known:
            raise ConfigError(
                "E616", "train.assay_weights", f"no track has assay {assay!r}", nearest(assay, known)
            )

    def weight(track: Track) -> float:
        given = (factor for pattern, factor in patterns if _is_named(track.name, pattern))
        return float(prod(given, start=assay_weights.get(track.assay, 1.0)))

    return {
        organism: torch.tensor([weight(track) for track in dataset.tracks])
        for organism, dataset in datasets.items()
    }


def _is_named(name: str, pattern: str) -> bool:
    """Say whether a pattern names a track; its own name does, whatever brackets it has."""
    return name == pattern or fnmatchcase(name, pattern)


def positive_weights(
    datasets: Mapping[str, AnyDataset], class_weights: str
) -> dict[str, Float[Tensor, " track"]]:
    """Return each organism's weight on the positives of every track: its negatives / positives in train.

    Both classes then weigh alike. A track that lacks one of them has weight 1. Nothing is returned where
    ``class_weights`` is not ``balanced``.

    Raises
    ------
    ConfigError
        A dataset was not built with labels, or its folds were chosen anew.
    """
    if class_weights != "balanced":
        return {}
    found = {}
    for organism, dataset in datasets.items():
        labels = dataset.statistics.get("labels", {}).get("train")
        if labels is None or "train" not in dataset.statistics:
            raise ConfigError(
                "E451",
                str(dataset.path),
                "has no count of the positives in its train windows, which class_weights: balanced needs",
                "Build it with a labels section, without choosing folds anew, or leave class_weights out.",
            )
        n, positive = (torch.tensor(labels[key], dtype=torch.float64) for key in ("n", "n_positive"))
        has_both = (positive > 0) & (positive < n)
        found[organism] = torch.where(has_both, (n - positive) / positive.clamp(min=1), 1.0).float()
    return found
