"""Models that read signals in bins around a place, and no sequence."""

from collections.abc import Mapping
from typing import Any, cast

import torch
from jaxtyping import Float
from pydantic import model_validator
from torch import Tensor

from senformer.core.errors import DataError
from senformer.model.golden import golden_codes
from senformer.model.inputs import read_features, refuse_unknown_inputs
from senformer.model.sequence_model import Inputs
from senformer.model.window_config import Size, WindowConfig
from senformer.model.window_model import WindowModel

SIGNALS = "signals"


class SignalConfig(WindowConfig):
    """Sizes of what such a model reads.

    Attributes
    ----------
    window_bp
        Bases that the bins span.
    n_bins, n_signals
        Of the input ``signals``.
    """

    n_bins: Size = 100
    n_signals: Size = 5

    @model_validator(mode="after")
    def _check_window(self) -> "SignalConfig":
        if self.window_bp % self.n_bins:
            raise ValueError(f"window_bp {self.window_bp} is no multiple of n_bins {self.n_bins}")
        return self


class SignalModel(WindowModel):
    """Signals in bins to one bin, by the layers of a configuration."""

    ALONG = (SIGNALS,)

    config: SignalConfig

    @property
    def inputs(self) -> dict[str, str]:
        """What the model reads, by name."""
        return {SIGNALS: f"numbers (batch, {self.config.n_bins}, {self.config.n_signals}): bins and signals"}

    def embed(self, inputs: Inputs) -> Float[Tensor, "batch 1 wide"]:
        """Return what the heads read.

        Raises
        ------
        DataError
            The signals are missing, have another shape, or are not finite, or there is another input.
        """
        return self.layers(self._signals(inputs))

    def _signals(self, inputs: Any) -> Float[Tensor, "batch bin signal"]:
        refuse_unknown_inputs(inputs, self.inputs)
        given = inputs.get(SIGNALS) if isinstance(inputs, Mapping) else None
        if given is None:
            found = f"holds no {SIGNALS!r}, and the model reads no sequence"
            raise DataError("E510", "model input", found, "Give a table whose inputs are called so.")
        n_rows = torch.as_tensor(given).shape[:1] or (1,)
        shape = (*n_rows, self.config.n_bins, self.config.n_signals)
        return cast("Tensor", read_features(inputs, SIGNALS, shape)).to(self.like)

    def example(self) -> Inputs:
        """Return inputs of one window, of no meaning."""
        shape = (1, self.config.n_bins, self.config.n_signals)
        return {SIGNALS: torch.zeros(shape, device=self.like.device)}

    def golden_embedding(self, n_bins: int) -> Float[Tensor, "1 1 wide"]:
        """Return what the heads read of the golden signals, small whole numbers."""
        sizes = self.config.n_bins, self.config.n_signals
        return self.embed({SIGNALS: golden_codes(sizes[0] * sizes[1]).view(1, *sizes)})
