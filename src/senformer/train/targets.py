"""What a loss and a model ask of the targets, checked before the first step."""

from collections.abc import Iterator, Mapping
from typing import get_args

from senformer.core.errors import ConfigError, DataError
from senformer.dataset.examples import AnyDataset, refuse_unmeasured
from senformer.model.activations import POSITIVE
from senformer.model.create import model_config
from senformer.train.losses import LOSSES
from senformer.train.plan import Plan

_PROBABILITY = "sigmoid"


def refuse_unfit_targets(datasets: Mapping[str, AnyDataset], loss: str, plan: Plan) -> None:
    """Raise unless there are targets, the loss allows them, and the model's outputs reach them.

    Raises
    ------
    ConfigError, DataError
        The first fault, with track and value.
    """
    for dataset in datasets.values():
        refuse_unmeasured(dataset, "Name a teacher: train.distill: {teacher: MODEL}.")
    refuse_negative_targets(datasets, loss)
    refuse_other_than_labels(datasets, loss)
    refuse_unreachable_targets(datasets, plan)


def refuse_other_than_labels(datasets: Mapping[str, AnyDataset], loss: str) -> None:
    """Raise if a track has values outside 0 to 1 under a loss of labels.

    Raises
    ------
    DataError
        The first such track, with its range.
    """
    if not LOSSES[loss].is_of_labels:
        return
    for dataset in datasets.values():
        values = dataset.statistics["all"]
        for track in dataset.tracks:
            lowest, highest = values["min"][track.index], values["max"][track.index]
            if lowest is not None and not 0 <= lowest <= highest <= 1:
                raise DataError(
                    "E446",
                    f"{dataset.path} track {track.name!r}",
                    f"has values from {lowest:g} to {highest:g}; the {loss} loss needs labels, 0 to 1",
                    "Build the dataset with a labels section from tracks of peaks, or take another loss.",
                )


def refuse_unfit_outputs(loss: str, plan: Plan) -> None:
    """Raise if the model's outputs are none that the loss reads: rates, log odds or values.

    Raises
    ------
    ConfigError
        The loss is not for the model's activation; losses and activations that would do are named.
    """
    config = model_config(plan.name, plan.overrides)
    activation, wanted = getattr(config, "activation", None), LOSSES[loss].activations
    if activation is None or wanted is None or activation in wanted:
        return
    losses = [name for name, x in LOSSES.items() if x.activations is None or activation in x.activations]
    known = [name for name in get_args(type(config).model_fields["activation"].annotation) if name in wanted]
    other = f", or set activation: {' or '.join(known)} in the model section" if known else ""
    raise ConfigError(
        "E447",
        "train.loss",
        f"{loss} is for outputs under {' or '.join(sorted(wanted))}; those of {plan.name} are {activation}",
        f"Take loss: {' or '.join(losses)}{other}.",
    )


def refuse_negative_targets(datasets: Mapping[str, AnyDataset], loss: str) -> None:
    """Raise if a track has negative values under a loss of counts.

    Raises
    ------
    DataError
        The first such track, with its smallest value.
    """
    if not LOSSES[loss].is_of_counts:
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
    """Raise if a track has values that the model's outputs never have: below 0, or of probabilities above 1.

    Raises
    ------
    ConfigError
        The first such track, with its smallest or largest value.
    """
    activation = getattr(model_config(plan.name, plan.overrides), "activation", None)
    if activation == _PROBABILITY:
        _refuse_other_than_probabilities(datasets)
    if activation not in POSITIVE:
        return
    for where, smallest in _negative_tracks(datasets):
        raise ConfigError(
            "E498",
            where,
            f"has values down to {smallest:g}; the model's {activation} output is never negative",
            "Set activation: linear in the model section.",
        )


def _refuse_other_than_probabilities(datasets: Mapping[str, AnyDataset]) -> None:
    for dataset in datasets.values():
        for track in dataset.tracks:
            lowest, highest = (dataset.statistics["all"][key][track.index] for key in ("min", "max"))
            if lowest is not None and not 0 <= lowest <= highest <= 1:
                raise ConfigError(
                    "E498",
                    f"{dataset.path} track {track.name!r}",
                    f"has values from {lowest:g} to {highest:g}; the model's {_PROBABILITY} output is from "
                    "0 to 1",
                    "Set activation: linear in the model section.",
                )


def _negative_tracks(datasets: Mapping[str, AnyDataset]) -> Iterator[tuple[str, float]]:
    for dataset in datasets.values():
        for track in dataset.tracks:
            smallest = dataset.statistics["all"]["min"][track.index]
            if smallest is not None and smallest < 0:
                yield f"{dataset.path} track {track.name!r}", smallest
