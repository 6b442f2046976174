"""What the shapes do not tell of a Baskerville model: window, crop, dropout; and whether it is one of ours.

From the layers' configuration that Keras writes into the file, or from the ``params.json`` that the model was
made from.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from senformer.model.baskerville.norm import NORM_EPS

# Classes of layers that this network has, and those that do nothing in prediction.
_KNOWN = {
    "InputLayer",
    "Conv1D",
    "MaxPooling1D",
    "BatchNormalization",
    "SyncBatchNormalization",
    "TFOpLambda",
    "LayerNormalization",
    "MultiheadAttention",
    "Dropout",
    "Add",
    "Dense",
    "ReLU",
    "UpSampling1D",
    "SeparableConv1D",
    "Cropping1D",
}
_IDLE = {"StochasticReverseComplement", "StochasticShift", "SwitchReverse"}
_CONVOLUTION = {
    "strides": [1],
    "padding": "same",
    "data_format": "channels_last",
    "dilation_rate": [1],
    "groups": 1,
    "activation": "linear",
}
_NORM = {"axis": [2], "center": True, "scale": True}
# Of calico/baskerville's own layer; what it does not write into a file has its default, which is ours.
_ATTENTION = {
    "scaling": True,
    "gated": False,
    "relative_position_symmetric": False,
    "relative_position_functions": ["positional_features_central_mask"],
    "relative_position_absolute": False,
    "content_position_bias": True,
    "transpose_stride": 0,
    "qkv_width": 1,
}
# Class -> key -> the value that this network is written for.
_EXPECTED: dict[str, dict[str, Any]] = {
    "Conv1D": _CONVOLUTION,
    "MaxPooling1D": {"pool_size": [2], "strides": [2], "data_format": "channels_last"},
    "BatchNormalization": _NORM,
    "SyncBatchNormalization": _NORM,
    "LayerNormalization": _NORM,
    "TFOpLambda": {"function": "nn.gelu"},
    "MultiheadAttention": _ATTENTION,
    "Dense": {"activation": "linear"},
    "ReLU": {"max_value": None, "negative_slope": 0.0, "threshold": 0.0},
    "UpSampling1D": {"size": 2},
    "SeparableConv1D": {**_CONVOLUTION, "depth_multiplier": 1},
}
# The dense layer made last is the head.
_HEAD = {"activation": "softplus"}
# Block of ``params.json`` -> key -> the value that this network is written for.
_TRUNK: dict[str, dict[str, Any]] = {
    "conv_dna": {"norm_type": None, "activation": "linear", "pool_size": 2},
    "res_tower": {"num_convs": 1, "pool_size": 2},
    "transformer_tower": _ATTENTION,
    "unet_conv": {"upsample_conv": True},
    "Cropping1D": {},
    "conv_nac": {},
}


_HEAD_PREFIX = "head_"


def first_of(phrases: Sequence[str]) -> str:
    """Return the first of several faults, and how many more there are."""
    return phrases[0] + (f" and {len(phrases) - 1} more" if len(phrases) > 1 else "")


def check_params(model: Any) -> None:
    """Raise unless the ``model`` section of ``params.json`` has the form of one.

    Raises
    ------
    ValueError
        It is no mapping, ``trunk`` is no list of named blocks, or a head is no mapping.
    """
    if not isinstance(model, dict):
        raise ValueError("model is no mapping")
    trunk = model.get("trunk")
    if not isinstance(trunk, list) or not all(
        isinstance(b, dict) and isinstance(b.get("name"), str) for b in trunk
    ):
        raise ValueError("trunk is no list of named blocks")
    for key, section in model.items():
        if key.startswith(_HEAD_PREFIX) and not isinstance(section, dict):
            raise ValueError(f"{key} is {section!r}, no mapping")


def foreign_layers(layers: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what is unlike this network, one phrase for each setting of each layer."""
    found = []
    head = max((i for i, layer in enumerate(layers) if layer["class_name"] == "Dense"), default=None)
    for i, layer in enumerate(layers):
        kind, name, config = layer["class_name"], layer["config"].get("name"), layer["config"]
        if kind not in _KNOWN | _IDLE:
            found.append(f"{name} is a {kind}")
        found += _unlike(name, config, _HEAD if i == head else _EXPECTED.get(kind, {}))
        if "epsilon" in config and abs(config["epsilon"] - NORM_EPS) > 1e-9:
            found.append(f"{name} has epsilon {config['epsilon']}, not {NORM_EPS}")
        if kind == "TFOpLambda" and '"approximate": True' not in str(layer["inbound_nodes"]).replace(
            "'", '"'
        ):
            found.append(f"{name} is GELU in another form than the tanh one")
    return found


def _unlike(name: str, config: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """Return a phrase for each key that is there and has another value."""
    return [
        f"{name} has {key} {config[key]!r}, not {value!r}"
        for key, value in expected.items()
        if config.get(key, value) != value
    ]


def from_layers(layers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return window, crop and dropout as the layers have them, and the head's strand pairs.

    Returns
    -------
    ``overrides``, keys of the configuration; ``strand_pair``, the partner of each track or None.

    Raises
    ------
    LookupError, ValueError
        There is no input layer, it has no fixed length, or the crop is uneven.
    """
    by_class = {layer["class_name"]: layer["config"] for layer in layers}
    overrides: dict[str, Any] = {"window_bp": by_class["InputLayer"]["batch_input_shape"][1]}
    if overrides["window_bp"] is None:
        raise ValueError("its input has no fixed length")
    crop = by_class.get("Cropping1D", {}).get("cropping", [0, 0])
    if not isinstance(crop, list) or len(crop) != 2:
        raise ValueError(f"has cropping {crop!r}, not two numbers of bins")
    left, right = crop
    if left != right:
        raise ValueError(f"crops {left} bins on the left and {right} on the right")
    overrides["crop_bins"] = left
    rates = [layer["config"]["rate"] for layer in layers if layer["class_name"] == "Dropout"]
    if rates:
        overrides["dropout"] = rates[0]
    return {"overrides": overrides, "strand_pair": by_class.get("SwitchReverse", {}).get("strand_pair")}


def from_params(model: Mapping[str, Any]) -> dict[str, Any]:
    """Return window, crop and dropout as the ``model`` section of ``params.json`` has them.

    Raises
    ------
    KeyError, ValueError
        A key is missing; a block is unlike this network.
    """
    blocks = {block["name"]: block for block in model["trunk"]}
    unknown = sorted(set(blocks) - set(_TRUNK))
    if unknown or model["activation"] != "gelu":
        raise ValueError(f"has the blocks {unknown or [model['activation']]}, which this network has not")
    unlike = [
        phrase for block in model["trunk"] for phrase in _unlike(block["name"], block, _TRUNK[block["name"]])
    ]
    for key, section in model.items():
        if key.startswith(_HEAD_PREFIX):
            unlike += _unlike(key, section, _HEAD)
    if unlike:
        raise ValueError(first_of(unlike))
    found = {
        "window_bp": model["seq_length"],
        "crop_bins": blocks.get("Cropping1D", {}).get("cropping", 0),
    }
    if "transformer_tower" in blocks:
        found["dropout"] = blocks["transformer_tower"].get("dropout", 0.25)
    return found


def head_name(model: Mapping[str, Any], n_tracks: int) -> str | None:
    """Return the name of the one head of ``params.json`` with so many tracks, or None."""
    names = [
        key.removeprefix(_HEAD_PREFIX)
        for key, section in model.items()
        if key.startswith(_HEAD_PREFIX) and section.get("units") == n_tracks
    ]
    return names[0] if len(names) == 1 else None
