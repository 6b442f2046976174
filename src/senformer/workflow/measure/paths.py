"""Which blocks the layers of a model join, with and without its global blocks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from senformer.model.attention.blocks import BlockPattern
from senformer.model.attention.reach import NEVER, layers_to_reach
from senformer.model.sequence_model import SequenceModel


def pattern_matrix(pattern: BlockPattern, block_bins: int) -> Bool[np.ndarray, "block block"]:
    """Return which blocks of ``block_bins`` see which, judged by the first bin of each."""
    first = np.arange(0, pattern.n_bins, block_bins) // pattern.block_bins
    seen = np.zeros((pattern.n_blocks, pattern.n_blocks), dtype=bool)
    seen[pattern.pairs[:, 0], pattern.pairs[:, 1]] = True
    return seen[np.ix_(first, first)]


def layer_matrices(model: SequenceModel, block_bins: int) -> list[list[Bool[np.ndarray, "block block"]]]:
    """Return for each layer the matrices of its heads: one where all heads share a pattern."""
    n_bins = model.window_bp // model.coarse_bp
    found = []
    for block in model.transformer:
        attention: Any = block.attention
        heads = range(model.config.n_heads if getattr(attention, "per_head", False) else 1)
        patterns = [attention.pattern(n_bins, None, head) for head in heads]
        found.append([pattern_matrix(pattern, block_bins) for pattern in patterns])
    return found


def without_global(seen: Bool[np.ndarray, "block block"]) -> Bool[np.ndarray, "block block"]:
    """Return the matrix with what global blocks add taken away.

    A block is global where it sees all and is seen by all, unless all are (dense attention has none).
    """
    is_global = np.asarray(seen.all(axis=0) & seen.all(axis=1))
    if is_global.all():
        return seen
    near = np.abs(np.subtract.outer(np.arange(len(seen)), np.arange(len(seen)))) <= 1
    return seen & (near | ~(is_global[:, None] | is_global[None, :]))


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


def _layers_between(
    matrices: Sequence[Bool[np.ndarray, "block block"]], n_bins: int, block_bins: int
) -> np.ndarray:
    return layers_to_reach([BlockPattern(n_bins, block_bins, np.argwhere(matrix)) for matrix in matrices])


def _longest(layers: np.ndarray) -> int | None:
    return None if (layers == NEVER).any() else int(layers.max())


def path_facts(model: SequenceModel, block_bins: int) -> dict[str, Any]:
    """Return how many layers join any two blocks, and how often each is seen from afar.

    Returns
    -------
    ``layers_to_whole_window``: after so many layers every bin depends on all others (None: never);
    ``layers_without_global``: the same through window and random blocks alone; ``path_layers`` and
    ``path_layers_without_global``: the same for each pair of blocks, -1 for never;
    ``seen_from_afar``: a share for each block.
    """
    n_bins = model.window_bp // model.coarse_bp
    layers = layer_matrices(model, block_bins)
    united = [np.logical_or.reduce(heads) for heads in layers]
    bare = [np.logical_or.reduce([without_global(seen) for seen in heads]) for heads in layers]
    joined, joined_bare = (_layers_between(matrices, n_bins, block_bins) for matrices in (united, bare))
    return {
        "block_bp": block_bins * model.coarse_bp,
        "n_layers": len(layers),
        "layers_to_whole_window": _longest(joined),
        "layers_without_global": _longest(joined_bare),
        "path_layers": joined.tolist(),
        "path_layers_without_global": joined_bare.tolist(),
        "seen_from_afar": [round(float(share), 6) for share in seen_from_afar(layers)],
    }
