"""The network of Enformer and S-Enformer: stem, tower, transformer, crop, final pointwise, heads."""

import itertools

from jaxtyping import Bool, Float
from torch import Tensor, nn

from senformer.model.config import EnformerConfig
from senformer.model.conv_tower import TowerBlock
from senformer.model.crop import crop
from senformer.model.linear import Linear
from senformer.model.pointwise import FinalPointwise
from senformer.model.sequence_model import Inputs
from senformer.model.stem import Stem
from senformer.model.tiling.stage import Stage, stages
from senformer.model.tiling.tower import run_tower, run_whole
from senformer.model.transformer import Transformer, TransformerBlock
from senformer.model.trunk_model import TrunkModel, attention_layer


class Enformer(TrunkModel):
    """Stem, tower, transformer, final pointwise layer."""

    config: EnformerConfig

    def __init__(self, name: str, config: EnformerConfig) -> None:
        super().__init__(name, config)
        channels = [config.channels // 2, *config.tower_channels]
        self.stem = Stem(channels[0], config.pooling)
        self.tower = nn.ModuleList(
            TowerBlock(n_in, n_out, config.pooling) for n_in, n_out in itertools.pairwise(channels)
        )
        layers = (
            TransformerBlock(config.channels, attention_layer(config, layer), config.dropout)
            for layer in range(config.n_layers)
        )
        self.transformer = Transformer(layers, config.channels)
        self.pointwise = FinalPointwise(config.channels, config.pointwise_dropout)
        self.heads = nn.ModuleDict(
            {head: Linear(2 * config.channels, n_tracks) for head, n_tracks in config.heads.items()}
        )
        self._count_parameters()

    def bins(self, inputs: Inputs) -> Float[Tensor, "batch bin channel"]:
        """Return what the transformer reads, from any input.

        Stem and tower run in tiles in evaluation without gradients, and otherwise where :attr:`recompute`
        says so; memory at base resolution then does not grow with the window.
        """
        x = run_tower(self.stem, self.tower, self._sequence(inputs), self.recompute)
        return x.to(self.stem.conv.bias.dtype)

    def transform(
        self,
        x: Float[Tensor, "batch bin channel"],
        crop_bins: int,
        global_bins: Bool[Tensor, "batch bin"] | None = None,
    ) -> Float[Tensor, "batch _bin wide"]:
        """Return the trunk's output from what the transformer reads."""
        x = self.transformer(x, self.positions(x.shape[1]), global_bins, self.recompute)
        return self.pointwise(crop(x, crop_bins))

    @property
    def binwise(self) -> FinalPointwise:
        """What each bin goes through by itself behind the transformer."""
        return self.pointwise

    def local_stages(self) -> list[Stage]:
        """Return stem and tower as stages, each row of whose output depends on near rows alone."""
        return stages(self.stem, self.tower)

    def tower_output(self, x: Float[Tensor, "batch base 4"]) -> Float[Tensor, "batch bin channel"]:
        """Return what the transformer reads, from one-hot bases."""
        return run_whole(self.stem, self.tower, x)
