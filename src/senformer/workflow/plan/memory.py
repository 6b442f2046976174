"""How much memory a prediction and a training step take, from what the model's code keeps."""

from senformer.model.config import EnformerConfig
from senformer.model.tower_tiles import HALO_BINS, TILE_BINS
from senformer.workflow.plan.parameters import count_parameters

_FLOAT = 4


def parameter_bytes(name: str, config: EnformerConfig) -> int:
    """Return the memory of the weights."""
    return _FLOAT * sum(count_parameters(name, config).values())


def forward_bytes(name: str, config: EnformerConfig, n_bins: int, dtype: str) -> int:
    """Return what a prediction of one window takes beyond an idle process with torch."""
    tile = min(n_bins, TILE_BINS + 2 * HALO_BINS) * config.bin_bp * config.channels // 2 * _FLOAT * 5
    stream = n_bins * config.channels * _FLOAT * 8
    out = n_bins * max(config.heads.values()) * _FLOAT * 2
    return parameter_bytes(name, config) + max(tile, stream, out) + out // 2


def step_bytes(name: str, config: EnformerConfig, n_bins: int, dtype: str, is_frozen: bool) -> int:
    """Return what a training step of one window takes beyond an idle process with torch."""
    base = n_bins * config.bin_bp * config.channels // 2 * _FLOAT * 16
    stream = n_bins * config.channels * _FLOAT * 40 * max(1, config.n_layers)
    return 4 * parameter_bytes(name, config) + base + stream
