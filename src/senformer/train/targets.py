"""What a loss and a model ask of the targets, checked before the first step."""

from collections.abc import Iterator, Mapping

from senformer.core.errors import ConfigError, DataError
from senformer.dataset.examples import AnyDataset
from senformer.model.create import model_config
from senformer.train.plan import Plan

_POSITIVE = "softplus"

COUNTS = frozenset({"poisson"})
"""Losses that are likelihoods of counts: a negative target has none."""


def refuse_negative_targets(datasets: Mapping[str, AnyDataset], loss: str) -> None:
    """Raise if a track has negative values under a loss of counts.

    Raises
    ------
    DataError
        The first such track, with its smallest value.
    """
    if loss not in COUNTS:
        return
    for where, smallest in _negative_tracks(datasets):
        raise DataError(
            "E618",
            where,
            f"has values down to {smallest:g}; the {loss} loss needs 0 or more",
            "Where the minus strand is stored negative, give it a negative scale in the track table; where "
            "values have either sign, take loss: mse.",
        )


def refuse_unreachable_targets(datasets: Mapping[str, AnyDataset], plan: Plan) -> None:
    """Raise if a track has negative values and the model's outputs are never negative.

    Raises
    ------
    ConfigError
        The first such track, with its smallest value.
    """
    if getattr(model_config(plan.name, plan.overrides), "activation", None) != _POSITIVE:
        return
    for where, smallest in _negative_tracks(datasets):
        raise ConfigError(
            "E498",
            where,
            f"has values down to {smallest:g}; the model's {_POSITIVE} output is never negative",
            "Set activation: linear in the model section.",
        )


def _negative_tracks(datasets: Mapping[str, AnyDataset]) -> Iterator[tuple[str, float]]:
    for dataset in datasets.values():
        for track in dataset.tracks:
            smallest = dataset.statistics["all"]["min"][track.index]
            if smallest is not None and smallest < 0:
                yield f"{dataset.path} track {track.name!r}", smallest
