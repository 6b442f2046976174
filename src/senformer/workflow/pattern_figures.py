"""Drawings of every attention kind's pattern and path lengths, for the documentation."""

import numpy as np

from senformer.core.config import parse
from senformer.model.attention import ATTENTIONS
from senformer.model.attention.base import Attention, AttentionSizes
from senformer.model.attention.reach import (
    head_patterns,
    layers_to_reach,
    meets,
    union,
    without_global_blocks,
)
from senformer.report.figures import FIGURES, Drawing
from senformer.report.figures.attention_patterns import PatternPanel
from senformer.report.figures.path_lengths import PathPanel

_HEADS, _BIN_BP = 8, 128
# Where two named bins are drawn, as shares of the window.
_NAMED = (0.29, 0.62)


def _layer(kind: str, block_bins: int, layer: int = 0) -> Attention:
    """Return a layer that is good for its pattern alone."""
    attention = ATTENTIONS[kind]
    sizes = AttentionSizes(channels=2, n_heads=_HEADS, key_size=1, value_size=1, n_features=6)
    config = parse(attention.config_class, {"kind": kind, "block_bins": block_bins}, kind)
    return attention(sizes, config, layer)


def draw_patterns(n_bins: int = 1536, block_bins: int = 64) -> Drawing:
    """Draw which blocks meet in the first layer of each kind."""
    bigbird, of_2022 = (meets(_layer(k, block_bins).pattern(n_bins)) for k in ("bigbird", "bigbird_2022"))
    every = np.ones_like(bigbird)
    named = tuple(share * len(every) for share in _NAMED)
    panels = [
        PatternPanel("dense", every),
        PatternPanel("linear", every, has_summary=True),
        PatternPanel("bigbird", bigbird),
        PatternPanel("bigbird, 2 named bins, 2 tokens", bigbird, named=named, learned_tokens=2),
        PatternPanel("bigbird_2022, one head", of_2022),
    ]
    return FIGURES["attention_patterns"](panels)


def path_panels(n_bins: int, n_layers: int, block_bins: int) -> list[PathPanel]:
    """Return the path lengths of each kind, then of the sparse ones without their global blocks."""
    n_blocks = -(-n_bins // block_bins)
    whole = [PathPanel("dense and linear", np.ones((n_blocks, n_blocks), dtype=np.int16))]
    without = []
    for kind in ("bigbird", "bigbird_2022"):
        layers = [head_patterns(_layer(kind, block_bins, layer), n_bins) for layer in range(n_layers)]
        whole.append(PathPanel(kind, layers_to_reach([union(heads) for heads in layers])))
        bare = [union([without_global_blocks(pattern) for pattern in heads]) for heads in layers]
        # The first and the last block, which are global, have their neighbors alone then.
        inner = layers_to_reach(bare)[1:-1, 1:-1]
        without.append(PathPanel(f"{kind}, no global block", inner, first_block=1))
    return [*whole, *without]


def draw_paths(n_bins: int = 6144, n_layers: int = 11, block_bins: int = 64) -> Drawing:
    """Draw after how many layers any two blocks are joined, with and without the global blocks."""
    caption = (
        f"Layers until a bin depends on a bin, for all pairs of blocks, {n_layers} layers, all heads. Below: "
        "what is left of the two sparse kinds when paths through the first and the last block do not count."
    )
    panels = path_panels(n_bins, n_layers, block_bins)
    return FIGURES["path_lengths"](panels, block_bins * _BIN_BP, caption)
