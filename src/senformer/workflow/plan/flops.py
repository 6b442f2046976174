"""Floating-point operations of one window, part by part: two for every multiplication with its addition.

As published, that is with the attention pool's logits at full length; the model itself multiplies the
difference of each pair, half of that.
"""

import itertools
from collections.abc import Sequence

from senformer.model.attention.base import Attention
from senformer.model.attention.reach import head_patterns
from senformer.model.config import EnformerConfig

_BASES = 4
_STEM_WIDTH, _TOWER_WIDTH = 15, 5
# Content logits, relative logits from two offsets a pair, weights times values.
_RELATIVE_OFFSETS = 2


def with_kind(config: EnformerConfig, kind: str) -> EnformerConfig:
    """Return the configuration with another attention kind in its default settings."""
    if kind == config.attention.kind:
        return config
    return type(config).model_validate({**config.model_dump(mode="json"), "attention": {"kind": kind}})


def met_pairs(attention: Attention, n_bins: int) -> int:
    """Return how many (query, key) pairs of bins meet, the mean over heads."""
    patterns, total = head_patterns(attention, n_bins), 0
    for pattern in patterns:
        last, short = pattern.n_blocks - 1, pattern.n_blocks * pattern.block_bins - n_bins
        query, key = pattern.pairs.T
        sizes = [pattern.block_bins - short * (blocks == last) for blocks in (query, key)]
        total += int((sizes[0] * sizes[1]).sum())
    return total // len(patterns)


def attention_flops(config: EnformerConfig, n_bins: int, pairs: int) -> int:
    """Return the operations of one layer's core, forward."""
    heads, key, value = config.n_heads, config.key_size, config.value_size
    if config.attention.kind == "linear":
        # The summary of all keys, and each query's reading of it.
        return 2 * 2 * heads * n_bins * key * value
    return 2 * heads * pairs * ((1 + _RELATIVE_OFFSETS) * key + value)


def _conv(n_positions: int, n_in: int, n_out: int, width: int) -> int:
    return 2 * n_positions * n_in * n_out * width


def _tower(config: EnformerConfig, n_bins: int) -> tuple[int, int]:
    """Return the operations of the stem and of the tower."""
    length, first = n_bins * config.bin_bp, config.channels // 2
    per_stage = 2 if config.pooling == "attention" else 1
    square = _conv(length, first, first, 1)
    stem = _conv(length, _BASES, first, _STEM_WIDTH) + per_stage * square
    tower = 0
    for n_in, n_out in itertools.pairwise([first, *config.tower_channels]):
        length //= 2
        square = _conv(length, n_out, n_out, 1)
        tower += _conv(length, n_in, n_out, _TOWER_WIDTH) + per_stage * square
    return stem, tower


def forward_flops(
    config: EnformerConfig,
    n_bins: int,
    pairs: int,
    heads: Sequence[str] | None = None,
) -> dict[str, int]:
    """Return the operations of each part of a prediction of one window.

    Parameters
    ----------
    config
        Sizes.
    n_bins
        Of the window.
    pairs
        (query, key) pairs that meet in a layer, see :func:`met_pairs`.
    heads
        Which heads are predicted; by default all.

    Returns
    -------
    ``stem``, ``tower``, ``projections`` (of all layers, relative keys among them), ``attention``,
    ``feed_forward``, ``pointwise``, ``heads``.
    """
    channels, layers, wide = config.channels, config.n_layers, 2 * config.channels
    stem, tower = _tower(config, n_bins)
    inner = config.n_heads * (2 * config.key_size + 2 * config.value_size)
    relative = 0
    if config.attention.kind != "linear":
        relative = (2 * n_bins - 1) * config.n_position_features * config.n_heads * config.key_size
    kept = n_bins - 2 * config.crop_bins
    tracks = sum(n for name, n in config.heads.items() if heads is None or name in heads)
    return {
        "stem": stem,
        "tower": tower,
        "projections": 2 * layers * (n_bins * channels * inner + relative),
        "attention": layers * attention_flops(config, n_bins, pairs),
        "feed_forward": 2 * layers * 2 * n_bins * channels * wide,
        "pointwise": 2 * kept * channels * wide,
        "heads": 2 * kept * wide * tracks,
    }
