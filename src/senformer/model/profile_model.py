"""Models of profiles at single bases: a trunk over the window, heads of shape and counts."""

from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from senformer.core.errors import DataError
from senformer.model.blocks.beside import Residual
from senformer.model.blocks.block import ConvBlock
from senformer.model.blocks.framework import KERAS
from senformer.model.blocks.profile_head import ProfileHead
from senformer.model.inputs import read_features
from senformer.model.profile_config import ProfileConfig
from senformer.model.sequence_model import Inputs, SequenceModel
from senformer.model.window_input import read_window

_CONTROL = "control"


class ProfileModel(SequenceModel):
    """Sequence, and a control track if there is one, to counts of every base.

    A control that is left out is 0 throughout, and predictions are free of the bias that it tells.

    Attributes
    ----------
    layers
        From one-hot bases (batch, base, 4) to channels; each but the first is added to what it reads.
    """

    HEADS_MIX_BINS: ClassVar[bool] = True

    config: ProfileConfig

    def __init__(self, name: str, config: ProfileConfig) -> None:
        super().__init__(name, config)
        n = config.channels
        stem = ConvBlock(4, n, config.width, "ca", KERAS, padding="same")
        dilated = (
            Residual(ConvBlock(n, n, 3, "ca", KERAS, padding="same", dilation=dilation))
            for dilation in config.dilations
        )
        self.layers = nn.Sequential(stem, *dilated)
        self.heads = nn.ModuleDict(
            {
                head: ProfileHead(
                    n,
                    n_tracks,
                    config.profile_width,
                    KERAS,
                    strands=config.strands,
                    control_tracks=config.control_tracks,
                    crop_bins=config.crop_bins,
                )
                for head, n_tracks in config.heads.items()
            }
        )
        self.card.units = "counts of the base"
        self._pair_strands()
        self._count_parameters()

    def _pair_strands(self) -> None:
        """Say in the card which tracks are the two strands of a task."""
        if self.config.strands == 1:
            return
        for tracks in self.card.heads.values():
            for index, track in enumerate(tracks):
                track["strand"], track["strand_pair"] = "+-"[index % 2], index ^ 1

    @property
    def inputs(self) -> dict[str, str]:
        """What the model reads, by name; ``control`` may be left out."""
        n = self.config.control_tracks
        control = {_CONTROL: f"counts (batch, base, {n}) of a control, a column each strand"}
        return super().inputs | (control if n else {})

    def embed(self, inputs: Inputs) -> Float[Tensor, "batch base wide"]:
        """Return what the heads read: of every base, for they drop the crop's themselves.

        Raises
        ------
        DataError
            An input is none that the model reads, the sequence not of its window's length, or the control
            of another shape, or below 0.
        """
        bases = read_window(inputs, self.inputs, self.window_bp, self.like)
        trunk = self.layers(bases)
        if not self.config.control_tracks:
            return trunk
        shape = (bases.shape[0], bases.shape[1], self.config.control_tracks)
        control = read_features(inputs, _CONTROL, shape)
        if control is None:
            control = trunk.new_zeros(shape)
        elif control.device.type != "meta" and bool((control < 0).any()):
            found, todo = f"has counts down to {float(control.min()):g}", "Give counts of 0 and above."
            raise DataError("E584", f"model input {_CONTROL}", found, todo)
        return torch.cat([trunk, control.to(trunk)], dim=-1)
