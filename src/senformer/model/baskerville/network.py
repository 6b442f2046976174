"""The network: stem, tower, transformer, upsampling with the tower's kept outputs, crop, heads.

What the transformer reads, and what the upsampling needs of the tower, travel as one tensor of coarse
positions: a kept output at twice the resolution is two positions' channels side by side. So the tower can
be computed in tiles like any other.
"""

import itertools

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn.utils import parametrize

from senformer.model.baskerville.config import BaskervilleConfig
from senformer.model.baskerville.final import Final
from senformer.model.baskerville.norm import NORM_EPS
from senformer.model.baskerville.parts import baskerville_stages
from senformer.model.baskerville.tower import Stem, TowerBlock, reach_bins
from senformer.model.baskerville.upsampling import Upsampling, lecun_linear
from senformer.model.crop import crop
from senformer.model.initializers import variance_scaling_
from senformer.model.sequence_model import Inputs
from senformer.model.stem import as_bases
from senformer.model.tiling.chunks import in_tiles
from senformer.model.tiling.stage import Stage
from senformer.model.transformer import Transformer, TransformerBlock
from senformer.model.trunk_model import TrunkModel, attention_layer


def _transformer_block(config: BaskervilleConfig, layer: int) -> TransformerBlock:
    """Return Enformer's block with Keras' epsilon and initial values."""
    block = TransformerBlock(config.channels, attention_layer(config, layer), config.dropout)
    block.attention_norm.eps = block.feed_forward_norm.eps = NORM_EPS
    for linear in (block.feed_forward.expand, block.feed_forward.contract):
        variance_scaling_(linear.weight, linear.weight.shape[1])
    return block


class Baskerville(TrunkModel):
    """Sequence to tracks in bins finer than the transformer's positions.

    Attributes
    ----------
    recompute
        Whether gradients of the transformer are made layer by layer: ``auto``, ``always``, ``never``. Those
        of stem, tower and upsampling are not: in training their activations are kept whatever it says.
    """

    config: BaskervilleConfig

    def __init__(self, name: str, config: BaskervilleConfig) -> None:
        super().__init__(name, config)
        self.stem = Stem(config.stem_channels, config.stem_width)
        self.tower = nn.ModuleList(
            TowerBlock(n_in, n_out)
            for n_in, n_out in itertools.pairwise([config.stem_channels, *config.tower_channels])
        )
        layers = (_transformer_block(config, layer) for layer in range(config.n_layers))
        self.transformer = Transformer(layers, config.channels)
        self.upsampling = nn.ModuleList(
            Upsampling(config.channels, kept, config.upsampling_width) for kept in config.kept_channels
        )
        self.final = Final(config.channels, config.final_channels, config.final_dropout)
        n_wide = config.final_channels or config.channels
        self.heads = nn.ModuleDict(
            {head: lecun_linear(n_wide, n_tracks) for head, n_tracks in config.heads.items()}
        )
        self._count_parameters()

    @property
    def coarse_bp(self) -> int:
        """Bases a position of the transformer."""
        return self.config.coarse_bp

    def bins(self, inputs: Inputs) -> Float[Tensor, "batch coarse wide"]:
        """Return what transformer and upsampling read, from any input.

        In evaluation without gradients the tower runs in tiles; with them as a whole, whatever
        :attr:`recompute` says.
        """
        sequence, dtype = self._sequence(inputs), self.stem.conv.bias.dtype
        tiled = not (self.training or torch.is_grad_enabled())
        if tiled:
            halo = reach_bins(self.config.stem_width, len(self.tower))
            # Weights with adapters are made once for all tiles.
            with parametrize.cached():
                x = in_tiles(
                    lambda part: self.tower_output(as_bases(part, dtype)), sequence, self.coarse_bp, halo
                )
        else:
            x = self.tower_output(as_bases(sequence, dtype))
        return x.to(dtype)

    def local_stages(self) -> list[Stage]:
        """Return stem and tower as stages, each row of whose output depends on near rows alone."""
        return baskerville_stages(self.stem, list(self.tower), self.config.n_upsamplings)

    def tower_output(self, x: Float[Tensor, "batch base 4"]) -> Float[Tensor, "batch coarse wide"]:
        """Return the tower's output beside what it kept, coarse to fine, from one-hot bases."""
        x = self.stem(x)
        kept: list[Tensor] = []
        for block in self.tower:
            x, before_pooling = block(x)
            kept = [before_pooling, *kept][: self.config.n_upsamplings]
        batch, n_coarse, _ = x.shape
        return torch.cat([x, *(part.reshape(batch, n_coarse, -1) for part in kept)], dim=-1)

    def transform(
        self,
        x: Float[Tensor, "batch coarse wide"],
        crop_bins: int,
        global_bins: Bool[Tensor, "batch coarse"] | None = None,
    ) -> Float[Tensor, "batch _bin _wide"]:
        """Return the trunk's output from :meth:`bins`."""
        batch = x.shape[0]
        widths = [n * 2 ** (i + 1) for i, n in enumerate(self.config.kept_channels)]
        x, *kept = x.split([self.config.channels, *widths], dim=-1)
        x = x.contiguous()
        x = self.transformer(x, self.positions(x.shape[1]), global_bins, self.recompute)
        for block, part, channels in zip(self.upsampling, kept, self.config.kept_channels, strict=True):
            x = block(x, part.reshape(batch, -1, channels))
        return self.final(crop(x, crop_bins))
