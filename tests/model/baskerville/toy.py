"""Small Baskerville models, and files as Keras would write them."""

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import torch

from senformer.model import create_model
from senformer.model.baskerville.keras_names import keras_tensors, sizes

# Transformer positions of 16 bp, bins of 4 bp.
SIZES: dict[str, Any] = {
    "stem_channels": 6,
    "stem_width": 7,
    "tower_channels": [10, 12, 16],
    "n_layers": 2,
    "n_heads": 2,
    "key_size": 3,
    "value_size": 5,
    "n_position_features": 8,
    "final_channels": 0,
    "window_bp": 16 * 40,
    "crop_bins": 9,
    "heads": {"human": 5},
}


def small_baskerville(**overrides: Any) -> Any:
    """Return a small model in evaluation mode whose every parameter is random."""
    torch.manual_seed(0)
    model = create_model("baskerville", **SIZES | overrides).eval()
    with torch.no_grad():
        for key, value in model.state_dict().items():
            noise = torch.randn(value.shape)
            value.copy_(noise.exp() if key.endswith("var") else value + 0.1 * noise)
    return model


def _keras_layout(value: np.ndarray, variable: str) -> np.ndarray:
    """Undo our layout: each of Keras' variables as calico/baskerville has it."""
    if variable in ("r_w_bias", "r_r_bias"):
        return value[None, :, None]
    if variable == "depthwise_kernel":
        return value.transpose(2, 0, 1)
    if variable == "pointwise_kernel":
        return value.T[None]
    return value.transpose() if variable.endswith("kernel") else value


def layer_shapes(final: bool = False) -> dict[str, dict[str, np.ndarray]]:
    """Return the layers of the small model by Keras' names, each with empty variables."""
    kinds = {
        "batch_normalization": (3 + 4 + final, ["gamma", "beta", "moving_mean", "moving_variance"]),
        "conv1d": (4 + final, ["kernel", "bias"]),
        "layer_normalization": (4, ["gamma", "beta"]),
        "multihead_attention": (
            2,
            [
                *(f"{part}_layer/kernel" for part in ("q", "k", "v", "r_k", "embedding")),
                "embedding_layer/bias",
                "r_w_bias",
                "r_r_bias",
            ],
        ),
        "dense": (2 * 2 + 2 * 2 + 1, ["kernel", "bias"]),
        "separable_conv1d": (2, ["depthwise_kernel", "pointwise_kernel", "bias"]),
    }
    return {
        f"{kind}_{number}" if number else kind: {variable: np.zeros(()) for variable in variables}
        for kind, (n_layers, variables) in kinds.items()
        for number in range(n_layers)
    }


def keras_layers(model: Any) -> dict[str, dict[str, np.ndarray]]:
    """Return a small model's tensors by Keras' layers and variables, in Keras' layout."""
    final = model.config.final_channels > 0
    layers = layer_shapes(final)
    state = {name: value.numpy() for name, value in model.state_dict().items()}
    for place in keras_tensors(layers, model.config.model_dump(), "human"):
        value = _keras_layout(state[place.name], place.variable)
        if place.name == "final.linear.weight":
            value = value[None]
        layers[place.layer][place.variable] = value
    assert sizes(layers)["final_channels"] == model.config.final_channels
    return layers


def described_layers(model: Any) -> list[dict[str, Any]]:
    """Return the layers' configuration as Keras writes it, as far as it is read."""
    gelu = [["batch_normalization", 0, 0, {"approximate": True}]]
    config = model.config
    return [
        {
            "class_name": kind,
            "config": {"name": kind.lower(), **values},
            "inbound_nodes": gelu if kind == "TFOpLambda" else [],
        }
        for kind, values in [
            ("InputLayer", {"batch_input_shape": [None, config.window_bp, 4]}),
            ("StochasticShift", {"shift_max": 3}),
            ("Conv1D", {"strides": [1], "padding": "same", "activation": "linear"}),
            ("MaxPooling1D", {"pool_size": [2], "strides": [2]}),
            ("BatchNormalization", {"axis": [2], "epsilon": 0.001}),
            ("TFOpLambda", {"function": "nn.gelu"}),
            ("Dropout", {"rate": 0.25}),
            ("UpSampling1D", {"size": 2}),
            ("Cropping1D", {"cropping": [config.crop_bins, config.crop_bins]}),
            ("MultiheadAttention", {"value_size": 5, "key_size": 3}),
            ("Dense", {"activation": "linear"}),
            ("Dense", {"activation": "softplus"}),
            ("SwitchReverse", {"strand_pair": [1, 0, 2, 4, 3]}),
        ]
    ]


def write_keras(path: Path, layers: dict, described: list | None) -> Path:
    """Write an HDF5 file as Keras 2 does."""
    with h5py.File(path, "w") as file:
        group = file.create_group("model_weights")
        for layer, variables in layers.items():
            for variable, value in variables.items():
                group.create_dataset(f"{layer}/{layer}/{variable}:0", data=value)
        group.create_group("add")
        if described is not None:
            file.attrs["model_config"] = json.dumps({"config": {"layers": described}})
    return path
