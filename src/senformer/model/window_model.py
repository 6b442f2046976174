"""Models of one fixed window and one bin: layers in a row, from bases to what the heads read."""

from collections.abc import Callable
from typing import Any

from jaxtyping import Float
from torch import Tensor, nn

from senformer.model.blocks.dense import Dense
from senformer.model.blocks.framework import Framework
from senformer.model.sequence_model import Inputs, SequenceModel
from senformer.model.window_config import WindowConfig
from senformer.model.window_input import read_window

# Makes a head of the configuration, how wide its input is, and how many tracks it has.
MakeHead = Callable[[Any, int, int], nn.Module]

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
        make_head: MakeHead | None = None,
    ) -> None:
        super().__init__(name, config)
        layers, n_wide = make_layers(config)
        self.layers = nn.Sequential(*layers)
        make_head = make_head or (lambda config, n_in, n_tracks: Dense(n_in, n_tracks, framework))
        self.heads = nn.ModuleDict(
            {head: make_head(config, n_wide, n_tracks) for head, n_tracks in config.heads.items()}
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
        return read_window(inputs, self.inputs, self.window_bp, self.like)
