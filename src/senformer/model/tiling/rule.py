"""When stem and tower are run tile by tile for gradients.

By the size of the input alone, so that results do not depend on how much memory a machine happens to have.
"""

from collections.abc import Iterable

from torch import nn

from senformer.core.errors import ConfigError

RECOMPUTE = ("auto", "always", "never")
# From so many bytes that the whole window's activations would keep for the gradient.
LARGE_BYTES = 2**30
# Activations that a piece keeps for its gradient, as multiples of its widest one: norm's and GELU's
# results, its input, and at half the resolution difference, gate and result of the pool.
_KEPT = 4


def kept_bytes(stem: nn.Module, tower: Iterable[nn.Module], n_positions: int, value_bytes: int) -> int:
    """Estimate what training by the plain path would keep of stem and tower.

    Parameters
    ----------
    stem, tower
        The modules.
    n_positions
        Bases of all examples.
    value_bytes
        Of one activation.
    """
    # Their pieces' widths and ratios, without making pieces: every call of a model asks.
    n_positions, total = n_positions // 2, n_positions * stem.conv.n_out
    for block in tower:
        n_in, n_out = block.conv.n_in, block.conv.n_out
        total += n_positions * (max(n_in, n_out) + n_out)
        n_positions //= 2
    return _KEPT * value_bytes * total


def is_large(
    mode: str, stem: nn.Module, tower: Iterable[nn.Module], n_positions: int, value_bytes: int
) -> bool:
    """Say whether gradients of this input are made tile by tile.

    Raises
    ------
    ConfigError
        ``mode`` is not one of :data:`RECOMPUTE`.
    """
    if mode not in RECOMPUTE:
        raise ConfigError(
            "E560", "model.recompute", f"{mode!r}", f"Set one of {', '.join(map(repr, RECOMPUTE))}."
        )
    if mode == "auto":
        return kept_bytes(stem, tower, n_positions, value_bytes) > LARGE_BYTES
    return mode == "always"
