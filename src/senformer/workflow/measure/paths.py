"""Which blocks the layers of a model join, with and without its global blocks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Shaped

from senformer.model.attention.blocks import BlockPattern
from senformer.model.attention.reach import (
    NEVER,
    head_patterns,
    layers_to_reach,
    meets,
    union,
    without_global_blocks,
)
from senformer.model.trunk_model import TrunkModel


def finer(
    matrix: Shaped[np.ndarray, "block block"], pattern: BlockPattern, block_bins: int
) -> Shaped[np.ndarray, "part part"]:
    """Return a matrix over a pattern's blocks as one over equal or smaller blocks of ``block_bins``."""
    first = np.arange(0, pattern.n_bins, block_bins) // pattern.block_bins
    return matrix[np.ix_(first, first)]


def seen_from_afar(
    layers: Sequence[Sequence[Bool[np.ndarray, "block block"]]],
) -> Float[np.ndarray, " block"]:
    """Return which share of the far blocks sees each block directly, over layers and heads.

    Far means not itself or a neighbor; global blocks do not count as seers, for they see all.
    """
    shares = []
    for seen in (seen for heads in layers for seen in heads):
        n = len(seen)
        far = np.abs(np.subtract.outer(np.arange(n), np.arange(n))) > 1
        sees_all = np.asarray(seen.all(axis=1))
        left_out = np.zeros(n, dtype=bool) if sees_all.all() else sees_all
        seers = far & ~left_out[:, None]
        counts = seers.sum(axis=0)
        shares.append((seen & seers).sum(axis=0) / np.maximum(counts, 1))
    return np.mean(shares, axis=0)


def _longest(layers: np.ndarray) -> int | None:
    return None if (layers == NEVER).any() else int(layers.max())


def path_facts(model: TrunkModel, block_bins: int) -> dict[str, Any]:
    """Return how many layers join any two blocks, and how often each is seen from afar.

    Returns
    -------
    ``layers_to_whole_window``: after so many layers every bin depends on all others (None: never);
    ``layers_without_global``: the same through window and random blocks alone;
    ``path_layers_without_global``: the same for each pair of blocks, -1 for never;
    ``seen_from_afar``: a share for each block.
    """
    n_bins = model.window_bp // model.coarse_bp
    attentions: list[Any] = [block.attention for block in model.transformer]
    layers = [head_patterns(attention, n_bins) for attention in attentions]
    bare = [[without_global_blocks(pattern) for pattern in heads] for heads in layers]
    n_tokens = max(attention.n_tokens for attention in attentions)
    joined = layers_to_reach([union(heads) for heads in layers], n_tokens)
    joined_bare = layers_to_reach([union(heads) for heads in bare])
    first = layers[0][0]
    seen = [[finer(meets(pattern), pattern, block_bins) for pattern in heads] for heads in layers]
    return {
        "block_bp": block_bins * model.coarse_bp,
        "n_layers": len(layers),
        "layers_to_whole_window": _longest(joined),
        "layers_without_global": _longest(joined_bare),
        "path_layers_without_global": finer(joined_bare, first, block_bins).tolist(),
        "seen_from_afar": [round(float(share), 6) for share in seen_from_afar(seen)],
    }
