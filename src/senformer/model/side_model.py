"""Models that read signals beside every base, and numbers beside what they make of each strand."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from senformer.model.inputs import read_features
from senformer.model.sequence_model import Inputs
from senformer.model.window_model import WindowModel


class SideModel(WindowModel):
    """Sequence, ``signals`` of every base and ``meta`` of every example to one bin.

    The first layer makes a position of each view of the window, behind which the others read ``meta``, too.
    An input that is left out is 0 throughout: so genomes are predicted where there are no such numbers.
    """

    ALONG = ("signals",)

    config: Any

    @property
    def inputs(self) -> dict[str, str]:
        """What the model reads, by name; all but ``sequence`` may be left out."""
        shapes = {name: ", ".join(map(str, shape)) for name, shape in self._shapes.items()}
        return super().inputs | {name: f"numbers (batch, {shape})" for name, shape in shapes.items()}

    @property
    def _shapes(self) -> dict[str, tuple[int, ...]]:
        config = self.config
        shapes = {"signals": (config.window_bp, config.signals), "meta": (config.meta,)}
        return {name: shape for name, shape in shapes.items() if shape[-1]}

    def embed(self, inputs: Inputs) -> Float[Tensor, "batch 1 wide"]:
        """Return what the heads read.

        Raises
        ------
        DataError
            An input is none that the model reads, of another shape, or not finite.
        """
        x = self._bases(inputs)
        given = {name: self._read(inputs, name, x) for name in self._shapes}
        if "signals" in given:
            x = torch.cat([x, given["signals"]], dim=-1)
        views = self.layers[0](x)
        if "meta" in given:
            views = torch.cat([views, given["meta"].unsqueeze(1).expand(-1, views.shape[1], -1)], dim=-1)
        return self.layers[1:](views)

    def _read(self, inputs: Inputs, name: str, like: Tensor) -> Float[Tensor, "batch *shape"]:
        shape = self._shapes[name]
        found = read_features(inputs, name, (like.shape[0], *shape))
        return like.new_zeros(like.shape[0], *shape) if found is None else found.to(like)
