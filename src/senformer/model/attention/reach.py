"""Path lengths: after how many layers one block of bins depends on another, from the patterns alone.

A layer joins what its pattern joins, and its residual keeps what was joined before. Convolutions, which
join neighbors before the first layer, do not count.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Int16, Int64

from senformer.model.attention.base import Attention
from senformer.model.attention.blocks import BlockPattern

NEVER = -1


def union(patterns: Sequence[BlockPattern]) -> BlockPattern:
    """Return the pattern of several heads together: a pair that meets in any of them.

    Raises
    ------
    ValueError
        There is no pattern, they cut the window differently, or other bins are global.
    """
    if len({(p.n_bins, p.block_bins, p.global_bins.tobytes()) for p in patterns}) != 1:
        raise ValueError(
            "needed: patterns, at least one, of one window, one size of block, the same global bins"
        )
    pairs = np.unique(np.concatenate([pattern.pairs for pattern in patterns]), axis=0)
    return replace(patterns[0], pairs=pairs)


def head_patterns(
    attention: Attention, n_bins: int, global_bins: Int64[np.ndarray, " bin"] | None = None
) -> list[BlockPattern]:
    """Return the patterns of one attention layer: of each head, or one where all heads share it."""
    heads = range(attention.sizes.n_heads if attention.per_head else 1)
    return [attention.pattern(n_bins, global_bins, head) for head in heads]


def layer_pattern(
    attention: Attention, n_bins: int, global_bins: Int64[np.ndarray, " bin"] | None = None
) -> BlockPattern:
    """Return the pattern of one attention layer, the :func:`union` of its heads where they differ."""
    return union(head_patterns(attention, n_bins, global_bins))


def meets(pattern: BlockPattern) -> Bool[np.ndarray, "block block"]:
    """Return which blocks (rows) see which (columns)."""
    found = np.zeros((pattern.n_blocks, pattern.n_blocks), dtype=bool)
    found[pattern.pairs[:, 0], pattern.pairs[:, 1]] = True
    return found


def without_global_blocks(pattern: BlockPattern) -> BlockPattern:
    """Return the pattern of one head without what its global blocks add.

    A block is global where it sees all blocks and is seen by all, unless all are (dense attention has
    none). It keeps itself and its neighbors, as every block has them.
    """
    seen = meets(pattern)
    is_global = np.asarray(seen.all(axis=0) & seen.all(axis=1))
    if is_global.all():
        return pattern
    is_near = np.abs(pattern.pairs[:, 0] - pattern.pairs[:, 1]) <= 1
    return replace(pattern, pairs=pattern.pairs[is_near | ~is_global[pattern.pairs].any(axis=1)])


def _one_more_layer(
    reached: Bool[np.ndarray, "block block"], pattern: BlockPattern
) -> Bool[np.ndarray, "block block"]:
    """Return what is reached after a further layer: the keys' bins, and what those had reached."""
    more = reached.copy()
    for query in range(pattern.n_blocks):
        keys = pattern.keys_of(query)
        more[query] |= reached[keys].any(axis=0)
        more[query, keys] = True
    return more


def layers_to_reach(
    patterns: Sequence[BlockPattern], learned_tokens: int = 0
) -> Int16[np.ndarray, "block block"]:
    """Return after how many layers any bin of block ``i`` depends on any other bin of block ``j``.

    Parameters
    ----------
    patterns
        Of the layers, the first one first, as :func:`layer_pattern` gives them: of one window in blocks of
        one size, with the same global bins.
    learned_tokens
        Of the model; however many there are, they join everything in two layers, as a global bin does.

    Returns
    -------
    Row ``i`` (the block that is influenced), column ``j`` (the block that influences): 1 where they meet in
    the first layer, 2 where a path of two layers joins them, and so on; :data:`NEVER` (-1) where these
    layers leave them apart. The diagonal is about two bins of the same block.

    Raises
    ------
    ValueError
        There is no pattern, they cut the window differently, or other bins are global.

    Examples
    --------
    >>> pairs = np.array([[0, 0], [0, 1], [1, 1], [1, 2], [2, 2]])
    >>> layers_to_reach([BlockPattern(12, 4, pairs)] * 3).tolist()
    [[1, 1, 2], [-1, 1, 1], [-1, -1, 1]]
    """
    window = union(patterns)
    has_hub = learned_tokens > 0 or len(window.global_bins) > 0
    reached = np.zeros((window.n_blocks, window.n_blocks), dtype=bool)
    layers = np.full(reached.shape, NEVER, dtype=np.int16)
    for number, pattern in enumerate(patterns, 1):
        # After one layer a global bin or token has seen all; in the next, all see it.
        reached = _one_more_layer(reached, pattern) | (has_hub and number > 1)
        layers[reached & (layers == NEVER)] = number
    return layers
