"""DeepMind's Sonnet Enformer: its variables under our names, and weights drawn again from their seeds."""

import re
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import torch

_RULES = {
    "0.1 z": lambda z: 0.1 * z,
    "0.3 z": lambda z: 0.3 * z,
    "exp(0.2 z)": lambda z: np.exp(0.2 * z),
    "1 + 0.1 z": lambda z: 1 + 0.1 * z,
    "z / sqrt(prod(shape[:-1]))": lambda z: z / np.sqrt(np.prod(z.shape[:-1])),
    "2 I + 0.05 z / sqrt(C)": lambda z: 2 * np.eye(len(z)) + 0.05 * z / np.sqrt(len(z)),
}

_PARTS = [
    (r"^enformer/trunk/", ""),
    (r"^enformer/heads/head_(\w+)/linear/", r"heads/\1/"),
    (r"conv_tower/conv_tower_block_(\d+)/", r"tower/\1/"),
    (r"transformer/transformer_block_(\d+)/", r"transformer/\1/"),
    (r"pointwise_conv_block/conv1_d/", "residual/linear/"),
    (r"pointwise_conv_block/", "residual/"),
    (r"final_pointwise/conv_block/conv1_d/", "pointwise/linear/"),
    (r"final_pointwise/conv_block/", "pointwise/"),
    (r"(conv_block/)?conv1_d/", "conv/"),
    (r"(conv_block/)?cross_replica_batch_norm/", "norm/"),
    (r"softmax_pooling/linear/", "pool/"),
    (r"mha/layer_norm/", "attention_norm/"),
    (r"mlp/layer_norm/", "feed_forward_norm/"),
    (r"mha/attention_\d+/", "attention/"),
    (r"r_k_layer/", "relative_key/"),
    (r"q_layer/", "query/"),
    (r"k_layer/", "key/"),
    (r"v_layer/", "value/"),
    (r"embedding_layer/", "out/"),
    (r"r_w_bias$", "content_bias"),
    (r"r_r_bias$", "position_bias"),
    (r"/(w|scale)$", "/weight"),
    (r"/(b|offset)$", "/bias"),
    (r"moving_mean$", "running_mean"),
    (r"moving_variance$", "running_var"),
]


def our_name(variable: str, n_out: int, channels: int) -> str:
    """Return our name of a Sonnet variable; the feed-forward's two layers differ by their outputs alone."""
    layer = "expand" if n_out == 2 * channels else "contract"
    variable = variable.replace("mlp/linear/", f"feed_forward/{layer}/")
    for pattern, replacement in _PARTS:
        variable = re.sub(pattern, replacement, variable)
    return variable.replace("/", ".")


def seeded_state(table: Path, like: dict[str, torch.Tensor], channels: int) -> dict[str, torch.Tensor]:
    """Draw every variable of a table again, in the layout of our tensors ``like``."""
    state = {}
    for row in pd.read_csv(table, sep="\t").itertuples():
        variable, size = row.variable.split("|")
        shape = [int(n) for n in size.split("x")]
        seed = zlib.crc32(row.variable.encode())
        z = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
        value = _RULES[row.rule](z).astype(np.float32)
        np.testing.assert_allclose(np.abs(value).sum(dtype=np.float64), row.sum_abs, rtol=1e-5)
        name = our_name(variable, shape[-1], channels)
        value = value.T if name.endswith("weight") else value
        state[name] = torch.from_numpy(np.ascontiguousarray(value)).reshape(like[name].shape)
    return state
