"""A model that is fitted, not trained step by step: arrays as buffers, a decision for every sequence."""

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor, nn

from senformer.core.shapes import N_CODE
from senformer.model.inputs import read_sequence, refuse_unknown_inputs
from senformer.model.kmers.config import KmerConfig
from senformer.model.kmers.words import Codes
from senformer.model.sequence_model import Inputs, SequenceModel

_UNITS = {
    "classify": "decision of the support vector machine: above 0 for the class of the 1s",
    "regress": "as the table of training gave the values",
}


class KmerModel(SequenceModel):
    """Words of a sequence to one bin, computed in float64 on the processor.

    Attributes
    ----------
    FITTED
        The buffer of what is fitted beside the intercept.
    intercept
        What every output is for a sequence that nothing is known of.
    """

    FITTED: ClassVar[str]
    HAS_GRADIENT: ClassVar[bool] = False
    READS_ANY_LENGTH: ClassVar[bool] = True

    config: KmerConfig
    intercept: Tensor

    def __init__(self, name: str, config: Any) -> None:
        super().__init__(name, config)
        ((head, n_tracks),) = config.heads.items()
        self.heads = nn.ModuleDict({head: nn.Identity()})
        self.register_buffer("intercept", torch.zeros(n_tracks, dtype=torch.float64))
        self.card.units = _UNITS[config.task]

    @property
    def n_tracks(self) -> int:
        """Outputs of the head."""
        return len(self.intercept)

    @property
    def like(self) -> Tensor:
        """A buffer: there are no parameters."""
        return self.intercept

    def _count_parameters(self) -> None:
        """Put the number of fitted values into the card; a subclass calls it when all are made."""
        self.card.parameters = sum(getattr(self, name).numel() for name in ("intercept", self.FITTED))

    def embed(self, inputs: Inputs) -> Float[Tensor, "batch 1 track"]:
        """Return the decisions.

        Raises
        ------
        DataError
            The input is none that the model reads.
        """
        refuse_unknown_inputs(inputs, self.inputs)
        sequence = read_sequence(inputs, 1)
        if sequence.device.type == "meta":
            return torch.empty(len(sequence), 1, self.n_tracks, device="meta")
        decisions = self.decide(as_codes(sequence))
        return torch.from_numpy(decisions)[:, None].to(self.intercept.device)

    @abstractmethod
    def decide(self, codes: Codes) -> Float64[np.ndarray, "row track"]:
        """Return the decision of every track for every sequence."""


def as_codes(sequence: Tensor) -> Codes:
    """Return codes of either kind of input: of one-hot rows the largest base, and N where there is none."""
    sequence = sequence.detach().cpu()
    if sequence.dtype == torch.uint8:
        return sequence.numpy()
    largest, codes = sequence.max(dim=1)
    return torch.where(largest > 0, codes, N_CODE).to(torch.uint8).numpy()
