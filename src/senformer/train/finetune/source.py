"""The model that fine-tuning begins at: found, held against the run, and its weights taken over."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from senformer.core.errors import ConfigError
from senformer.core.tables import choose
from senformer.core.wording import counted
from senformer.dataset.examples import AnyDataset
from senformer.model.card import ModelCard
from senformer.model.folder import read_folder
from senformer.model.zoo import MODELS
from senformer.predict.source import find_model
from senformer.train.shapes import first_difference, shapes_of

FREE_KEYS = frozenset(
    {
        "activation",
        "attention",
        "attention_dropout",
        "dropout",
        "final_dropout",
        "head_dense",
        "last_dropout",
        "name",
        "pointwise_dropout",
        "position_dropout",
    }
)
"""Keys of the model section that may differ from the source's: its weights mean the same under them, or are
of heads that are drawn anew."""

_OWN = ("heads", "window_bp", "crop_bins")
_WHERE = "train.finetune"


@dataclass(frozen=True)
class Source:
    """What is known of the source without its tensors.

    Attributes
    ----------
    folder
        Of the model.
    name, config, card
        As saved.
    shapes
        Of its tensors, by name.
    """

    folder: Path
    name: str
    config: dict[str, Any]
    card: ModelCard
    shapes: dict[str, tuple[int, ...]]

    @property
    def sha256(self) -> str:
        """SHA-256 of the weights."""
        return self.card.sha256


def read_source(path: str | Path) -> Source:
    """Return the facts of a run's model, or of a model folder; its files are checked.

    Raises
    ------
    MissingInputError, DataError
        There is no model, or one of its files is damaged.
    """
    folder = find_model(path)
    saved = read_folder(folder)
    return Source(folder, saved.name, saved.config, saved.card, shapes_of(saved.tensors))


def model_section(source: Source, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the model section of the run: the source's configuration, changed as ``given`` says.

    Window, crop and heads are left to the run. The basis of distances stays the source's, as
    :func:`senformer.extend` has it. Under another name the attention is that model's.

    Raises
    ------
    ConfigError
        The name is unknown or of a model of other tensors, or a key differs under which the weights would
        not mean the same.
    """
    name = given.get("name", source.name)
    if choose(MODELS, name, "model").config_class is not choose(MODELS, source.name, "model").config_class:
        found = f"is {name!r}, which has other tensors than the {source.name!r} in {source.folder}"
        raise ConfigError("E628", "model.name", found, "Leave the name out.")
    values = {key: value for key, value in source.config.items() if key not in _OWN}
    if name != source.name:
        values.pop("attention", None)
    for key, value in given.items():
        own = values.get(key)
        if key in source.config and key not in FREE_KEYS and key not in _OWN and value != own:
            found = f"is {value!r}, but {own!r} in {source.folder}, whose weights are for that"
            raise ConfigError("E628", f"model.{key}", found, "Leave it out.")
        values[key] = value
        if isinstance(value, dict) and isinstance(own, dict):
            is_same_kind = value.get("kind", own.get("kind")) == own.get("kind")
            values[key] = {**own, **value} if is_same_kind else value
    return {**values, "name": name}


def kept_heads(
    source: Source, heads: str, datasets: Mapping[str, AnyDataset], overrides: Mapping[str, Any]
) -> list[str]:
    """Return the heads that are taken over: those of the organisms that the source has.

    Raises
    ------
    ConfigError
        A head of that name has other tracks, or is to be read under another activation.
    """
    if heads == "new":
        return []
    found = [organism for organism in datasets if organism in source.card.heads]
    for organism in found:
        difference = track_difference(source, organism, [track.name for track in datasets[organism].tracks])
        if difference is not None:
            where = f"{_WHERE}: head {organism!r} of {source.folder}"
            todo = "Set heads: new to draw a new head, or give the same tracks."
            raise ConfigError("E630", where, f"has {difference}", todo)
    was, now = source.config.get("activation"), overrides.get("activation")
    if found and was != now:
        raise ConfigError(
            "E631",
            "model.activation",
            f"is {now!r}, but {was!r} in {source.folder}, whose head {found[0]!r} is kept",
            "Leave it out, or set train.finetune.heads: new.",
        )
    return found


def track_difference(source: Source, organism: str, names: list[str]) -> str | None:
    """Return in what a head of the source first differs from tracks of these names, or None."""
    known = [track.get("name", "") for track in source.card.heads[organism]]
    if len(known) != len(names):
        return f"{counted(len(known), 'track')}, the dataset {len(names)}"
    if known == [f"{organism}_{index}" for index in range(len(known))]:
        # A converted model whose source does not name its tracks.
        return None
    different = [i for i, pair in enumerate(zip(known, names, strict=True)) if pair[0] != pair[1]]
    if not different:
        return None
    return f"track {different[0]} {known[different[0]]!r}, the dataset {names[different[0]]!r}"


def check_tensors(source: Source, model: nn.Module, kept: list[str]) -> None:
    """Raise unless every tensor that is taken over has its place in the model of this run.

    Raises
    ------
    ConfigError
        The first tensor that is missing on one side, or has another shape.
    """
    wanted = {key: shape for key, shape in shapes_of(model.state_dict()).items() if _is_taken(key, kept)}
    known = {key: shape for key, shape in source.shapes.items() if _is_taken(key, kept)}
    difference = first_difference(known, wanted)
    if difference is not None:
        key, has, needs = difference
        found = (
            f"is {'missing' if has is None else has}, "
            f"the model of this run has {'no such tensor' if needs is None else needs}"
        )
        todo = "Choose an attention kind of the same tensors, or leave the model section out."
        windows = source.config.get("window_bp"), getattr(model, "window_bp", None)
        if has is not None and needs is not None and windows[0] != windows[1]:
            # Dense layers behind the last position have a weight for each.
            found += f"; its window is {windows[0]} bp, and that of this run {windows[1]} bp"
            todo = f"Build the data with window_bp: {windows[0]}."
        raise ConfigError("E629", f"{_WHERE}: tensor {key!r} of {source.folder}", found, todo)


def take_weights(source: Source, model: nn.Module, kept: list[str]) -> None:
    """Copy the source's tensors into the model: the trunk's, and those of the heads that are kept."""
    tensors = read_folder(source.folder).tensors
    own = model.state_dict()
    with torch.no_grad():
        for key, tensor in tensors.items():
            if _is_taken(key, kept):
                own[key].copy_(tensor)


def _is_taken(key: str, kept: list[str]) -> bool:
    return not key.startswith("heads.") or key.split(".")[1] in kept
