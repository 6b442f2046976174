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
# Class -> key -> the value that this network is written for.
_EXPECTED: dict[str, dict[str, Any]] = {
    "Conv1D": {"strides": [1], "padding": "same", "dilation_rate": [1], "groups": 1, "activation": "linear"},
    "MaxPooling1D": {"pool_size": [2], "strides": [2]},
    "TFOpLambda": {"function": "nn.gelu"},
    "ReLU": {"max_value": None, "negative_slope": 0.0, "threshold": 0.0},
    "UpSampling1D": {"size": 2},
    "SeparableConv1D": {"padding": "same", "depth_multiplier": 1, "activation": "linear"},
}
_TRUNK = {"conv_dna", "res_tower", "transformer_tower", "unet_conv", "Cropping1D", "conv_nac"}


def foreign_layers(layers: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what is unlike this network, one phrase for each setting of each layer."""
    found = []
    for layer in layers:
        kind, name, config = layer["class_name"], layer["config"].get("name"), layer["config"]
        if kind not in _KNOWN | _IDLE:
            found.append(f"{name} is a {kind}")
        for key, value in _EXPECTED.get(kind, {}).items():
            if config.get(key, value) != value:
                found.append(f"{name} has {key} {config[key]!r}, not {value!r}")
        if "epsilon" in config and abs(config["epsilon"] - NORM_EPS) > 1e-9:
            found.append(f"{name} has epsilon {config['epsilon']}, not {NORM_EPS}")
        if kind == "TFOpLambda" and '"approximate": True' not in str(layer["inbound_nodes"]).replace(
            "'", '"'
        ):
            found.append(f"{name} is GELU in another form than the tanh one")
    return found


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
    left, right = by_class.get("Cropping1D", {}).get("cropping", (0, 0))
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
    unknown = sorted(set(blocks) - _TRUNK)
    if unknown or model["activation"] != "gelu":
        raise ValueError(f"has the blocks {unknown or [model['activation']]}, which this network has not")
    found = {
        "window_bp": model["seq_length"],
        "crop_bins": blocks.get("Cropping1D", {}).get("cropping", 0),
    }
    if "transformer_tower" in blocks:
        found["dropout"] = blocks["transformer_tower"].get("dropout", 0.25)
    return found


def head_name(model: Mapping[str, Any], n_tracks: int) -> str | None:
    """Return the name of the one head of ``params.json`` with so many tracks, or None."""
    prefix = "head_"
    names = [
        key.removeprefix(prefix)
        for key, section in model.items()
        if key.startswith(prefix) and section.get("units") == n_tracks
    ]
    return names[0] if len(names) == 1 else None
