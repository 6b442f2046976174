"""Stem and tower from any input, in the way that its size asks for.

Small inputs take the modules as they are. Large ones go through stages in tiles: with gradients each
stage keeps its input alone and runs again on the way back; without, whole chunks of bins go through, so
that memory does not grow with the window but for the bins themselves.
"""

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn
from torch.nn.utils import parametrize

from senformer.model.stem import as_bases
from senformer.model.tiling.chunks import in_tiles
from senformer.model.tiling.pieces import norms
from senformer.model.tiling.recompute import run_stage, run_tiles
from senformer.model.tiling.rule import is_large
from senformer.model.tiling.stage import stages, tile_bytes


def run_tower(
    stem: nn.Module, tower: nn.ModuleList, sequence: Shaped[Tensor, "batch base *channel"], recompute: str
) -> Float[Tensor, "batch bin channel"]:
    """Return what the transformer reads.

    Parameters
    ----------
    stem, tower
        The modules.
    sequence
        uint8 codes (batch, base) or one-hot (batch, base, 4), checked, on the modules' device.
    recompute
        One of :data:`~senformer.model.tiling.rule.RECOMPUTE`: whether gradients are made tile by tile.
    """
    weight = stem.conv.bias
    n_positions = sequence.shape[0] * sequence.shape[1]
    large = is_large(recompute, stem, tower, n_positions, weight.element_size())
    frozen = not any(norm.training for norm in norms(stem, tower))
    gradients = torch.is_grad_enabled() and (not large or _asks_gradient(stem, tower, sequence))
    if frozen and not gradients:
        # Weights with adapters are made once for all tiles.
        with torch.no_grad(), parametrize.cached():
            bin_bp = 2 ** (len(tower) + 1)
            return in_tiles(lambda part: _infer(stem, tower, as_bases(part, weight.dtype)), sequence, bin_bp)
    x = as_bases(sequence, weight.dtype)
    # There is nothing to save where there is no data.
    if not large or x.device.type == "meta":
        return run_whole(stem, tower, x)
    for stage in stages(stem, tower):
        x = run_stage(stage, x)
    return x


def _asks_gradient(stem: nn.Module, tower: nn.Module, sequence: Tensor) -> bool:
    parameters = (parameter for module in (stem, tower) for parameter in module.parameters())
    return sequence.requires_grad or any(parameter.requires_grad for parameter in parameters)


def run_whole(
    stem: nn.Module, tower: nn.ModuleList, x: Float[Tensor, "batch base 4"]
) -> Float[Tensor, "batch bin channel"]:
    """Return the same from one-hot bases by the modules as they are, one after the other."""
    x = stem(x)
    for block in tower:
        x = block(x)
    return x


def _infer(stem: nn.Module, tower: nn.ModuleList, x: Tensor) -> Tensor:
    """Return the bins of a chunk, in tiles where its widest activation is larger than one."""
    widest = x.shape[0] * x.shape[1] * stem.conv.bias.shape[0] * x.element_size()
    if widest <= tile_bytes(x.device):
        return run_whole(stem, tower, x)
    for stage in stages(stem, tower):
        known = [(part.norm.running_mean, part.norm.running_var) for part in stage.parts]
        x = run_tiles(stage, x, known)
    return x
