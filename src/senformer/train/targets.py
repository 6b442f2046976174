"""What a loss asks of the targets, checked before the first step."""

from collections.abc import Mapping

from senformer.core.errors import DataError
from senformer.dataset.store import Dataset

COUNTS = frozenset({"poisson"})
"""Losses that are likelihoods of counts: a negative target has none."""


def refuse_negative_targets(datasets: Mapping[str, Dataset], loss: str) -> None:
    """Raise if a track has negative values under a loss of counts.

    Raises
    ------
    DataError
        The first such track, with its smallest value.
    """
    if loss not in COUNTS:
        return
    for dataset in datasets.values():
        for track in dataset.tracks:
            smallest = dataset.statistics["all"]["min"][track.index]
            if smallest is not None and smallest < 0:
                raise DataError(
                    "E618",
                    f"{dataset.path} track {track.name!r}",
                    f"has values down to {smallest:g}; the {loss} loss needs 0 or more",
                    "Where the minus strand is stored negative, give it a negative scale in the track table.",
                )
