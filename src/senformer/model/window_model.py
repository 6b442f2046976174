"""Models of one fixed window and one bin: layers in a row, from bases to what the heads read."""

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from senformer.core.errors import DataError
from senformer.model.blocks.dense import Dense
from senformer.model.blocks.framework import Framework
from senformer.model.inputs import read_sequence, refuse_unknown_inputs
from senformer.model.sequence_model import Inputs, SequenceModel
from senformer.model.stem import as_bases
from senformer.model.window_config import WindowConfig

_UNITS = {
    "sigmoid": "probability of the label",
    "linear": "as the table of training gave the values",
    "softplus": "as the table of training gave the values",
}


class WindowModel(SequenceModel):
    """Sequence to one bin.

    Attributes
    ----------
    layers
        From one-hot bases (batch, base, 4) to (batch, 1, wide).
    """

    config: WindowConfig

    def __init__(
        self,
        name: str,
        config: WindowConfig,
        make_layers: Callable[[Any], tuple[list[nn.Module], int]],
        framework: Framework,
    ) -> None:
        super().__init__(name, config)
        layers, n_wide = make_layers(config)
        self.layers = nn.Sequential(*layers)
        self.heads = nn.ModuleDict(
            {head: Dense(n_wide, n_tracks, framework) for head, n_tracks in config.heads.items()}
        )
        self.card.units = _UNITS[config.activation]
        self._count_parameters()

    def embed(self, inputs: Inputs) -> Float[Tensor, "batch 1 wide"]:
        """Return what the heads read.

        Raises
        ------
        DataError
            The input is none that the model reads, or not of its window's length.
        """
        return self.layers(self._bases(inputs))

    def _bases(self, inputs: Inputs) -> Float[Tensor, "batch base 4"]:
        refuse_unknown_inputs(inputs, self.inputs)
        sequence = read_sequence(inputs, 1)
        if sequence.shape[-1] != self.window_bp:
            found = f"has {sequence.shape[-1]} bp, the model reads windows of {self.window_bp} bp"
            raise DataError("E576", "model input", found, "Cut the sequence, or pad it with N.")
        sequence = sequence.to(self.like.device)
        rows = sequence if sequence.dtype == torch.uint8 else sequence.transpose(1, 2)
        return as_bases(rows, self.like.dtype)
