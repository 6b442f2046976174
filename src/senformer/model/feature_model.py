"""Models of one window that read further numbers of each example, beside what they make of the sequence."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from senformer.model.blocks.flatten import Flatten
from senformer.model.inputs import read_features
from senformer.model.sequence_model import Inputs
from senformer.model.window_model import WindowModel


class FeatureModel(WindowModel):
    """Sequence and features to one bin; the features stand behind the flattened positions.

    An input of features that is left out is 0 throughout, the mean of what was standardized: so genomes are
    predicted, and variants scored, where no such numbers are.
    """

    config: Any

    @property
    def inputs(self) -> dict[str, str]:
        """What the model reads, by name; all but ``sequence`` may be left out."""
        columns = self.config.features.items()
        return super().inputs | {name: f"numbers (batch, {n}), standardized" for name, n in columns}

    def embed(self, inputs: Inputs) -> Float[Tensor, "batch 1 wide"]:
        """Return what the heads read.

        Raises
        ------
        DataError
            An input is none that the model reads, or the sequence not of its window's length.
        """
        x = self._bases(inputs)
        for layer in self.layers:
            x = layer(x)
            if isinstance(layer, Flatten):
                x = torch.cat([x, *self._features(inputs, x)], dim=-1)
        return x

    def _features(self, inputs: Inputs, like: Tensor) -> list[Tensor]:
        n_rows, found = like.shape[0], []
        for name, n_columns in self.config.features.items():
            given = read_features(inputs, name, (n_rows, n_columns))
            columns = like.new_zeros(n_rows, n_columns) if given is None else given.to(like)
            found.append(columns.unsqueeze(1))
        return found
