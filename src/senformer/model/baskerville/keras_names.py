"""Keras' names of a Baskerville model's layers, and its sizes as their shapes tell them.

Keras numbers the layers of a class in the order in which they were made: ``dense``, ``dense_1`` and so on,
from any number on if other models were made before.

Source: calico/baskerville (Apache-2.0), idea only.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

# Layer -> variable -> array, as the file has them.
Layers = Mapping[str, Mapping[str, np.ndarray]]
Layout = Callable[[np.ndarray], np.ndarray]


def _as_is(x: np.ndarray) -> np.ndarray:
    return x


def _transposed(x: np.ndarray) -> np.ndarray:
    return x.transpose()


def _per_head(x: np.ndarray) -> np.ndarray:
    return x[0, :, 0]


def _no_width(x: np.ndarray) -> np.ndarray:
    return x[0].transpose()


def _depthwise(x: np.ndarray) -> np.ndarray:
    return x.transpose(1, 2, 0)


# Kind of layer -> our variable, Keras' variable, our layout of its array.
_KERNEL = [("weight", "kernel", _transposed), ("bias", "bias", _as_is)]
_LAYER_NORM = [("weight", "gamma", _as_is), ("bias", "beta", _as_is)]
_BATCH_NORM = [
    *_LAYER_NORM,
    ("running_mean", "moving_mean", _as_is),
    ("running_var", "moving_variance", _as_is),
]
_POINTWISE = [("weight", "kernel", _no_width), ("bias", "bias", _as_is)]
_SEPARABLE = [
    ("depthwise", "depthwise_kernel", _depthwise),
    ("weight", "pointwise_kernel", _no_width),
    ("bias", "bias", _as_is),
]
_ATTENTION = [
    ("query.weight", "q_layer/kernel", _transposed),
    ("key.weight", "k_layer/kernel", _transposed),
    ("value.weight", "v_layer/kernel", _transposed),
    ("relative_key.weight", "r_k_layer/kernel", _transposed),
    ("content_bias", "r_w_bias", _per_head),
    ("position_bias", "r_r_bias", _per_head),
    ("out.weight", "embedding_layer/kernel", _transposed),
    ("out.bias", "embedding_layer/bias", _as_is),
]


@dataclass(frozen=True)
class KerasTensor:
    """Where one of our tensors lies in the file, and how its array becomes ours."""

    name: str
    layer: str
    variable: str
    layout: Layout


def layers_by_class(layers: Layers) -> dict[str, list[str]]:
    """Return the names of the layers of each class in the order in which they were made."""
    numbered = defaultdict(list)
    for layer in layers:
        match = re.fullmatch(r"(?:sync_)?(.+?)(?:_(\d+))?", layer)
        if match:
            numbered[match[1]].append((int(match[2] or 0), layer))
    return {kind: [layer for _, layer in sorted(pairs)] for kind, pairs in numbered.items()}


def sizes(layers: Layers) -> dict[str, Any]:
    """Return what the shapes tell of the configuration.

    Raises
    ------
    LookupError, ValueError
        A layer or variable that every such model has is missing, or has another number of axes.
    """
    names = layers_by_class(layers)

    def shape(kind: str, variable: str, number: int = 0) -> tuple[int, ...]:
        return layers[names[kind][number]][variable].shape

    kernels = [shape("conv1d", "kernel", number) for number in range(len(names["conv1d"]))]
    # The last convolution of width one is the final pointwise layer.
    final = kernels.pop()[-1] if kernels[-1][0] == 1 else 0
    (stem_width, _, stem_channels), *tower = kernels
    n_upsamplings = len(names.get("separable_conv1d", []))
    found: dict[str, Any] = {
        "stem_channels": stem_channels,
        "stem_width": stem_width,
        "tower_channels": [kernel[-1] for kernel in tower],
        "n_layers": len(names.get("multihead_attention", [])),
        "n_upsamplings": n_upsamplings,
        "final_channels": final,
    }
    if n_upsamplings:
        found["upsampling_width"] = shape("separable_conv1d", "depthwise_kernel")[0]
    if found["n_layers"]:
        _, found["n_heads"], _, found["key_size"] = shape("multihead_attention", "r_w_bias")
        value = shape("multihead_attention", "v_layer/kernel")
        found["value_size"] = value[1] // found["n_heads"]
        found["n_position_features"] = shape("multihead_attention", "r_k_layer/kernel")[0]
    return found


def head_tracks(layers: Layers) -> int:
    """Return the tracks of the head, the dense layer made last."""
    return layers[layers_by_class(layers)["dense"][-1]]["bias"].shape[0]


def keras_tensors(layers: Layers, config: Mapping[str, Any], head: str) -> Iterator[KerasTensor]:
    """Yield where each of our tensors lies.

    Parameters
    ----------
    layers
        Of the file.
    config
        As :func:`sizes` gives it.
    head
        Our name of the file's one head.

    Raises
    ------
    LookupError
        The file has fewer layers of a class than such a model.
    """
    names = {kind: iter(made) for kind, made in layers_by_class(layers).items()}
    for prefix, kind, variables in _parts(config, head):
        layer = next(names.get(kind, iter(())), None)
        if layer is None:
            raise LookupError(f"a layer {kind!r} for {prefix}")
        for ours, variable, layout in variables:
            yield KerasTensor(f"{prefix}.{ours}", layer, variable, layout)


def _parts(config: Mapping[str, Any], head: str) -> Iterator[tuple[str, str, list]]:
    """Yield our prefix, Keras' class and the variables of each layer; in a class, in Keras' order."""
    yield "stem.conv", "conv1d", _KERNEL
    for i in range(len(config["tower_channels"])):
        yield f"tower.{i}.norm", "batch_normalization", _BATCH_NORM
        yield f"tower.{i}.conv", "conv1d", _KERNEL
    for i in range(config["n_layers"]):
        block = f"transformer.{i}"
        yield f"{block}.attention_norm", "layer_normalization", _LAYER_NORM
        yield f"{block}.attention", "multihead_attention", _ATTENTION
        yield f"{block}.feed_forward_norm", "layer_normalization", _LAYER_NORM
        yield f"{block}.feed_forward.expand", "dense", _KERNEL
        yield f"{block}.feed_forward.contract", "dense", _KERNEL
    for i in range(config["n_upsamplings"]):
        block = f"upsampling.{i}"
        yield f"{block}.norm", "batch_normalization", _BATCH_NORM
        yield f"{block}.kept_norm", "batch_normalization", _BATCH_NORM
        yield f"{block}.linear", "dense", _KERNEL
        yield f"{block}.kept_linear", "dense", _KERNEL
        yield f"{block}.conv", "separable_conv1d", _SEPARABLE
    if config["final_channels"]:
        yield "final.norm", "batch_normalization", _BATCH_NORM
        yield "final.linear", "conv1d", _POINTWISE
    yield f"heads.{head}", "dense", _KERNEL
