"""Models of genome tracks without attention: convolutions, crop, what each bin goes through, heads."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from senformer.model.blocks.dense import Dense
from senformer.model.blocks.framework import Framework
from senformer.model.crop import crop
from senformer.model.golden import TOWER_BINS, golden_codes
from senformer.model.inputs import read_sequence, refuse_unknown_inputs
from senformer.model.sequence_model import Inputs, SequenceModel
from senformer.model.stem import as_bases
from senformer.model.track_config import TrackConfig


@dataclass(frozen=True)
class TrackLayers:
    """The layers of such a model: before and behind the crop, and how many channels the heads read."""

    before: list[nn.Module]
    behind: list[nn.Module]
    n_wide: int


class TrackModel(SequenceModel):
    """Sequence to tracks, of any window of whole bins.

    Attributes
    ----------
    layers, final
        From one-hot bases (batch, base, 4) to bins; from the bins that the crop leaves to what heads read.
    """

    config: TrackConfig

    def __init__(
        self, name: str, config: TrackConfig, make_layers: Callable[[Any], TrackLayers], framework: Framework
    ) -> None:
        super().__init__(name, config)
        made = make_layers(config)
        self.layers, self.final = nn.Sequential(*made.before), nn.Sequential(*made.behind)
        self.heads = nn.ModuleDict(
            {head: Dense(made.n_wide, n_tracks, framework) for head, n_tracks in config.heads.items()}
        )
        self._count_parameters()

    def embed(self, inputs: Inputs) -> Float[Tensor, "batch bin wide"]:
        """Return what the heads read of the bins that the crop leaves.

        Raises
        ------
        DataError
            The input is none that the model reads, no whole number of bins, or the crop leaves none.
        """
        return self.trunk(inputs, self.config.crop_bins)

    def trunk(self, inputs: Inputs, crop_bins: int) -> Float[Tensor, "batch bin wide"]:
        """Return what the heads read, with a crop of its own."""
        refuse_unknown_inputs(inputs, self.inputs)
        sequence = read_sequence(inputs, self.bin_bp).to(self.like.device)
        rows = sequence if sequence.dtype == torch.uint8 else sequence.transpose(1, 2)
        return self.final(crop(self.layers(as_bases(rows, self.like.dtype)), crop_bins))

    def golden_bins(self) -> int:
        """Return how many bins the golden input has: enough for the widest dilation to reach a bin."""
        return min(self.window_bp // self.bin_bp, TOWER_BINS + max(self.config.dilations, default=0))

    def golden_embedding(self, n_bins: int) -> Float[Tensor, "1 bin wide"]:
        """Return what the heads read of so many golden bins, uncropped."""
        return self.trunk(golden_codes(n_bins * self.bin_bp), 0)
