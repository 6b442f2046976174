"""Path lengths: after how many layers one block of bins depends on another, from the patterns alone.

A layer joins what its pattern joins, and its residual keeps what was joined before. Convolutions, which
join neighbors before the first layer, do not count.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Int16

from senformer.model.attention.blocks import BlockPattern

NEVER = -1


def union(patterns: Sequence[BlockPattern]) -> BlockPattern:
    """Return the pattern of several heads together: a pair that meets in any of them.

    Raises
    ------
    ValueError
        There is no pattern, or they cut the window differently.
    """
    first = patterns[0] if patterns else None
    if first is None or {(p.n_bins, p.block_bins) for p in patterns} != {(first.n_bins, first.block_bins)}:
        raise ValueError("patterns of one window in blocks of one size are needed, at least one")
    pairs = np.unique(np.concatenate([pattern.pairs for pattern in patterns]), axis=0)
    return BlockPattern(first.n_bins, first.block_bins, pairs)


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


def layers_to_reach(patterns: Sequence[BlockPattern]) -> Int16[np.ndarray, "block block"]:
    """Return after how many layers any bin of block ``i`` depends on any other bin of block ``j``.

    Parameters
    ----------
    patterns
        Of the layers, the first one first; of one window in blocks of one size. The heads of a layer whose
        patterns differ go in as their :func:`union`.

    Returns
    -------
    Row ``i`` (the block that is influenced), column ``j`` (the block that influences): 1 where they meet in
    the first layer, 2 where a path of two layers joins them, and so on; :data:`NEVER` (-1) where these
    layers leave them apart. The diagonal is about two bins of the same block.

    Raises
    ------
    ValueError
        There is no pattern, or they cut the window differently.

    Examples
    --------
    >>> pairs = np.array([[0, 0], [0, 1], [1, 1], [1, 2], [2, 2]])
    >>> layers_to_reach([BlockPattern(12, 4, pairs)] * 3).tolist()
    [[1, 1, 2], [-1, 1, 1], [-1, -1, 1]]
    """
    n_blocks = union(patterns).n_blocks
    reached = np.zeros((n_blocks, n_blocks), dtype=bool)
    layers = np.full((n_blocks, n_blocks), NEVER, dtype=np.int16)
    for number, pattern in enumerate(patterns, 1):
        reached = _one_more_layer(reached, pattern)
        layers[reached & (layers == NEVER)] = number
    return layers
