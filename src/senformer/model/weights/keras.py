"""Keras HDF5 files of Baskerville models: ``keras`` in ``SOURCES``.

Read with h5py, without TensorFlow. Sizes come from the arrays; window, crop and dropout from the layers'
configuration in the file, or from a ``params.json`` beside it.
"""

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from senformer.core.errors import DataError, MissingInputError
from senformer.model.baskerville import keras_names, keras_settings
from senformer.model.weights.foreign import Foreign, describe_files, one_line
from senformer.model.weights.keras_file import is_hdf5, read_keras_file
from senformer.model.weights.translate import sound

_PARAMS = "params.json"
# Of the one head, where no params.json names it.
_HEAD = "tracks"


def matches(path: Path) -> bool:
    """Say whether this is an HDF5 file."""
    return is_hdf5(path)


def read(path: Path) -> Foreign:
    """Read a file that Keras saved of a Baskerville model.

    Raises
    ------
    MissingInputError
        There is no such file; h5py is not installed; nothing says what window the model is for.
    DataError
        The file is damaged, is no such model, has a layer or setting unlike ours, lacks a tensor, has one
        more, or one that is no sound number.
    """
    layers, described = read_keras_file(path)
    params = _read_params(path)
    settings = _settings(path, described, params)
    where = str(path)
    try:
        sizes = keras_names.sizes(layers)
        n_tracks = keras_names.head_tracks(layers)
        head = keras_settings.head_name(params or {}, n_tracks) or _HEAD
        places = list(keras_names.keras_tensors(layers, sizes, head))
        tensors = {place.name: _tensor(where, layers, place) for place in places}
    except (LookupError, ValueError) as fault:
        found = f"is no Baskerville model: {fault} is missing or of another shape"
        raise DataError("E552", where, found, "Give a model that calico/baskerville saved.") from fault
    _check_all_used(where, layers, places)
    provenance: dict[str, Any] = {"format": "keras", "files": describe_files(_files(path, params))}
    if settings["strand_pair"] is not None:
        provenance["strand_pair"] = {head: settings["strand_pair"]}
    overrides = sizes | settings["overrides"] | {"heads": {head: n_tracks}}
    return Foreign("baskerville", overrides, tensors, provenance)


def _read_params(path: Path) -> dict[str, Any] | None:
    """Return the ``model`` section of the ``params.json`` beside the file, if there is one."""
    params = path.with_name(_PARAMS)
    if not params.is_file():
        return None
    try:
        model = json.loads(params.read_text(encoding="utf-8"))["model"]
        keras_settings.check_params(model)
        return model
    except (ValueError, KeyError, TypeError) as fault:
        found = f"is no Baskerville configuration ({one_line(fault)})"
        raise DataError("E553", str(params), found, "Copy it again, or move it away.") from fault


def _settings(path: Path, described: list | None, params: dict[str, Any] | None) -> dict[str, Any]:
    """Return window, crop, dropout and strand pairs; what the file says itself goes first."""
    todo = "Only its conv tower, transformer and U-net are supported."
    try:
        if described is not None:
            found = keras_settings.foreign_layers(described)
            if found:
                raise DataError("E554", str(path), keras_settings.first_of(found), todo)
            return keras_settings.from_layers(described)
        if params is not None:
            return {"overrides": keras_settings.from_params(params), "strand_pair": None}
    except (LookupError, ValueError, TypeError, AttributeError) as fault:
        raise DataError("E554", str(path), f"its configuration is unlike ours: {fault}", todo) from fault
    raise MissingInputError(
        "E555",
        str(path.with_name(_PARAMS)),
        "no such file, and the weights do not say what window they are for",
        "Put the model's params.json beside it.",
    )


def _tensor(where: str, layers: keras_names.Layers, place: keras_names.KerasTensor) -> Tensor:
    if place.variable not in layers[place.layer]:
        raise LookupError(f"{place.layer}/{place.variable}")
    tensor = torch.from_numpy(place.layout(layers[place.layer][place.variable]).copy())
    return sound(tensor, place.name, where, f"{place.layer}/{place.variable}")


def _check_all_used(where: str, layers: keras_names.Layers, places: list[keras_names.KerasTensor]) -> None:
    used = {(place.layer, place.variable) for place in places}
    for layer, variables in layers.items():
        for variable in variables:
            if (layer, variable) not in used:
                found = f"tensor {layer}/{variable} belongs to no layer of this network"
                raise DataError("E556", where, found, "Give a model of one head that Baskerville saved.")


def _files(path: Path, params: dict[str, Any] | None) -> list[Path]:
    return [path] if params is None else [path, path.with_name(_PARAMS)]
