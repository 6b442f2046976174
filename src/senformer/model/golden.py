"""Golden outputs: a short seeded input and what the model says of it, kept in its card.

They prove on another machine that a model computes what it computed where it was saved, and that its
sparse layers draw and gather the same blocks. Where attention adds nothing, as in a model that was never
trained (its output projection begins at zero), they cannot speak for it.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from senformer.core.seeding import numpy_rng
from senformer.model.attention.blocks import BlockPattern
from senformer.model.attention.tiles.plan import Plan
from senformer.model.modes import evaluating

_SEED = 1
# What stem and tower read; the transformer reads that and more.
TOWER_BINS = 24
_N_VALUES = 4
_TOLERANCE = 1e-3


def golden_codes(n_bases: int) -> Tensor:
    """Return the golden input: seeded codes, one fifth of them N."""
    words = numpy_rng(_SEED, "golden").bit_generator.random_raw(n_bases)
    return torch.from_numpy((words % 5).astype("uint8")).unsqueeze(0)


def fewest_bins(patterns: Sequence[Callable[[int], BlockPattern]], window_bins: int) -> int:
    """Return how many bins a transformer reads: enough for the middle one to gather its keys, if any does.

    That is the fewest whole blocks whose middle block misses a key block in every layer, within the model's
    own window; and where that window itself gathers, not so few that they are masked instead. A model whose
    attention is full over its window gets the short input as it is.

    Parameters
    ----------
    patterns
        Of each layer, by the number of bins.
    window_bins
        Of the model's own window.
    """
    step = max((pattern(window_bins).block_bins for pattern in patterns), default=window_bins)
    masks = any(Plan(pattern(window_bins)).is_masked for pattern in patterns)
    for n_bins in range(step, window_bins + 1, step):
        if patterns and all(_misses_a_block(pattern(n_bins), masks) for pattern in patterns):
            return max(n_bins, TOWER_BINS)
    return TOWER_BINS


def _misses_a_block(pattern: BlockPattern, may_be_masked: bool) -> bool:
    middle = pattern.n_bins // 2 // pattern.block_bins
    misses = len(pattern.keys_of(middle)) < pattern.n_blocks
    return misses and (may_be_masked or not Plan(pattern).is_masked)


def golden_order(n_bins: int) -> list[int]:
    """Return which of the tower's bins stands at each of so many: each once, then in a seeded order."""
    words = numpy_rng(_SEED, "golden bins").bit_generator.random_raw(n_bins - TOWER_BINS)
    return [*range(TOWER_BINS), *(words % TOWER_BINS).tolist()]


@torch.no_grad()
def golden_outputs(model: nn.Module, n_bins: int) -> dict[str, list[list[float]]]:
    """Return for each head the first values of the first, middle and last golden bin of so many, uncropped.

    Every module's mode is left as it was found.
    """
    with evaluating(model):
        embedding = model.golden_embedding(n_bins)
        if model.HEADS_MIX_BINS:
            outputs = {head: _rows(layer(embedding)) for head, layer in model.heads.items()}
        else:
            embedding = _rows(embedding)
            outputs = {head: layer(embedding) for head, layer in model.heads.items()}
        return {
            head: model.activate(output.float())[0, :, :_N_VALUES].tolist()
            for head, output in outputs.items()
        }


def _rows(x: Tensor) -> Tensor:
    return x[:, [0, x.shape[1] // 2, -1]]


def pattern_digest(model: nn.Module) -> str:
    """Return the SHA-256 of which blocks meet in the model's own window, over layers and heads."""
    digest = hashlib.sha256()
    for attention in model.attentions:
        for head in range(attention.sizes.n_heads if attention.per_head else 1):
            pattern = attention.pattern(model.window_bp // model.coarse_bp, head=head)
            digest.update(f"{pattern.n_bins} {pattern.block_bins};".encode())
            digest.update(pattern.pairs.astype("<i8").tobytes())
    return digest.hexdigest()


def make_golden(model: nn.Module) -> dict[str, Any]:
    """Return the card's golden section."""
    n_bins = model.golden_bins()
    return {
        "seed": _SEED,
        "n_bins": n_bins,
        "tolerance": _TOLERANCE,
        "outputs": golden_outputs(model, n_bins),
        "pattern_sha256": pattern_digest(model),
    }
