"""Keras HDF5 files of published networks of one window: ``keras_window`` in ``SOURCES``.

Layers of a class have numbers in the order in which they were made, which is that of ours. The network is
known by its shapes: those of a model of the zoo, or of one of its variants.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from senformer.core.errors import DataError
from senformer.model.baskerville.keras_names import layers_by_class
from senformer.model.blocks.batch_norm import BatchNorm
from senformer.model.blocks.conv import Conv
from senformer.model.blocks.dense import Dense
from senformer.model.blocks.max_pool import MaxPool
from senformer.model.card import TrackCard
from senformer.model.create import create_model
from senformer.model.weights.foreign import Foreign, describe_files
from senformer.model.weights.keras_file import is_hdf5, keras_shapes, read_keras_file
from senformer.model.weights.layout import our_tensor, their_shape
from senformer.model.weights.translate import sound
from senformer.model.zoo import MODELS

# Whose weights were published as such files.
_MODELS = ("mpra_dragonn", "xpresso")
# What their outputs are, in order.
_TRACKS = {
    "mpra_dragonn": [
        (
            f"{cell}_{short}{ending}",
            f"{cell}, {promoter} promoter, {replicate}: log2 of (RNA + 1) / (DNA + 1)",
        )
        for cell in ("K562", "HepG2")
        for short, promoter in (("minP", "minimal"), ("SV40", "SV40"))
        for ending, replicate in (("_r1", "replicate 1"), ("_r2", "replicate 2"), ("", "both replicates"))
    ],
    "xpresso": [("expression", "median level of the mRNA: log10 of (expression + 0.1), standardized")],
}
# Our layer -> class of Keras, and of each tensor our name, Keras' variable and the layout.
_LAYERS: dict[type[nn.Module], tuple[str, list[tuple[str, str, str]]]] = {
    Conv: ("conv1d", [("weight", "kernel", "wio>oiw"), ("bias", "bias", "o>o")]),
    Dense: ("dense", [("weight", "kernel", "io>oi"), ("bias", "bias", "o>o")]),
    BatchNorm: (
        "batch_normalization",
        [
            ("weight", "gamma", "o>o"),
            ("bias", "beta", "o>o"),
            ("running_mean", "moving_mean", "o>o"),
            ("running_var", "moving_variance", "o>o"),
        ],
    ),
}

Shapes = Mapping[str, Mapping[str, tuple[int, ...]]]


class _Place(NamedTuple):
    """Where one of our tensors lies in the file."""

    name: str
    layer: str
    variable: str
    layout: str


class _Fit(NamedTuple):
    """A model whose shapes are those of a file."""

    name: str
    overrides: dict[str, Any]
    model: nn.Module
    places: list[_Place]


def matches(path: Path) -> bool:
    """Say whether this is an HDF5 file with the layers of such a network."""
    return is_hdf5(path) and _fit(keras_shapes(path)) is not None


def read(path: Path) -> Foreign:
    """Read a file that Keras saved of such a network.

    Raises
    ------
    MissingInputError
        There is no such file, or h5py is not installed.
    DataError
        The file is damaged, holds another network, or a tensor that is no sound number.
    """
    layers, described = read_keras_file(path)
    fit = _fit({name: {key: x.shape for key, x in variables.items()} for name, variables in layers.items()})
    if fit is None:
        found = f"has layers of other shapes than {', '.join(_MODELS)} and their variants"
        raise DataError("E585", str(path), found, "Give a file of published weights.")
    _check_settings(path, fit, described or [])
    tensors: dict[str, Tensor] = {}
    for place in fit.places:
        tensor = our_tensor(place.layout, torch.from_numpy(layers[place.layer][place.variable]))
        tensors[place.name] = sound(tensor.clone(), place.name, str(path), f"{place.layer}/{place.variable}")
    provenance = {"format": "keras_window", "files": describe_files([path])}
    return Foreign(fit.name, fit.overrides, tensors, provenance, _card(fit))


def _card(fit: _Fit) -> dict[str, Any]:
    """Return the names of the tracks, where there are as many as were published."""
    ((head, n_tracks),) = fit.overrides["heads"].items()
    names = _TRACKS[fit.name]
    if n_tracks != len(names):
        return {}
    tracks = [
        TrackCard(name=name, assay="", strand=".", strand_pair=index, description=text)
        for index, (name, text) in enumerate(names)
    ]
    return {"heads": {head: tracks}}


def _fit(shapes: Shapes) -> _Fit | None:
    """Return the first model all of whose tensors, and no other, have these shapes."""
    names = layers_by_class({layer: {} for layer in shapes})
    if not names.get("dense"):
        return None
    n_outputs = shapes[names["dense"][-1]].get("bias", (1,))[0]
    wanted = {
        (layer, variable): shape for layer, given in shapes.items() for variable, shape in given.items()
    }
    for name in _MODELS:
        kind = MODELS[name]
        (head,) = kind.config_class.model_validate(kind.defaults).heads  # type: ignore[attr-defined]
        for variant in ({}, *kind.variants.values()):
            overrides = {**variant, "heads": {head: n_outputs}}
            with torch.device("meta"):
                model = create_model(name, **overrides)
            places = list(_places(model, names))
            state = model.state_dict()
            found = {(p.layer, p.variable): their_shape(p.layout, tuple(state[p.name].shape)) for p in places}
            if found == wanted:
                return _Fit(name, overrides, model, places)
    return None


def _places(model: nn.Module, names: Mapping[str, list[str]]) -> Iterator[_Place]:
    """Yield where each of our tensors lies, layer by layer of a class; a layer too many is called nothing."""
    left = {kind: iter(made) for kind, made in names.items()}
    for prefix, module in model.named_modules():
        if type(module) in _LAYERS:
            kind, tensors = _LAYERS[type(module)]
            layer = next(left.get(kind, iter(())), "")
            for ours, variable, layout in tensors:
                yield _Place(f"{prefix}.{ours}", layer, variable, layout)


def _check_settings(path: Path, fit: _Fit, described: list[Mapping[str, Any]]) -> None:
    """Raise where the file says of its layers what ours are not, which shapes do not tell."""
    theirs = {"Conv1D": [], "MaxPooling1D": []}  # type: dict[str, list]
    for layer in described:
        config = layer["config"]
        if layer["class_name"] == "Conv1D":
            theirs["Conv1D"].append((config["padding"], config["dilation_rate"], config["activation"]))
        elif layer["class_name"] == "MaxPooling1D":
            theirs["MaxPooling1D"].append((config["pool_size"], config["strides"]))
    modules = list(fit.model.modules())
    ours = {
        "Conv1D": [(m.padding, [m.dilation], "relu") for m in modules if isinstance(m, Conv)],
        "MaxPooling1D": [([m.size], [m.size]) for m in modules if isinstance(m, MaxPool)],
    }
    for kind, found in theirs.items():
        if described and found != ours[kind]:
            text = f"its {kind} layers are {found}, those of {fit.name} {ours[kind]}"
            raise DataError("E585", str(path), text, "Give a file of published weights.")
