"""What every model of DNA sequence is: its inputs, heads, card and folder around some network."""

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from senformer.core.config import nearest
from senformer.core.errors import DataError
from senformer.model.activations import ACTIVATIONS, LOG_ACTIVATIONS
from senformer.model.attention.base import Attention
from senformer.model.card import ModelCard, new_card
from senformer.model.folder import SavedModel, write_folder
from senformer.model.golden import golden_codes, make_golden
from senformer.model.inputs import SEQUENCE

Inputs = Tensor | Mapping[str, Tensor]


class SequenceModel(nn.Module, ABC):
    """Sequence to tracks; a subclass makes what the heads read, and gives it by :meth:`embed`.

    Attributes
    ----------
    name
        Its row in ``MODELS``.
    config
        Every size and rate.
    card
        What goes into ``card.json``: units, tracks, provenance.
    heads
        Linear layers over the embedding, by name.
    """

    FEWEST_GOLDEN_BINS: ClassVar[int] = 1
    # Whether a head reads more of the embedding for a bin than that bin.
    HEADS_MIX_BINS: ClassVar[bool] = False
    # Whether a sequence may be longer than the window: it is read with the same words or motifs.
    READS_ANY_LENGTH: ClassVar[bool] = False
    # Inputs beside the sequence without which nothing is predicted.
    REQUIRED: ClassVar[tuple[str, ...]] = ()
    # Inputs beside the sequence whose first axis lies along it: they are turned round where it is.
    ALONG: ClassVar[tuple[str, ...]] = ()

    heads: nn.ModuleDict

    def __init__(self, name: str, config: Any) -> None:
        super().__init__()
        self.name, self.config = name, config
        self.card: ModelCard = new_card(name, config, 0)

    def _count_parameters(self) -> None:
        """Put the number of parameters into the card; a subclass calls it when all are made."""
        self.card.parameters = sum(p.numel() for p in self.parameters())

    @property
    def bin_bp(self) -> int:
        """Bases a bin."""
        return self.config.bin_bp

    @property
    def window_bp(self) -> int:
        """The window that the model is for."""
        return self.config.window_bp

    @property
    def inputs(self) -> dict[str, str]:
        """What the model reads, by name."""
        return {"sequence": SEQUENCE}

    @property
    def crop_bins(self) -> int:
        """Bins at each end of a window that are not predicted."""
        return self.config.crop_bins

    @property
    def has_gradient(self) -> bool:
        """Whether predictions have a gradient: not where a part, made of trees or words, says it has none."""
        return all(getattr(part, "HAS_GRADIENT", True) for part in self.modules())

    @property
    def attentions(self) -> list[Attention]:
        """The attention layers, in order; none by default."""
        return []

    @property
    def sums_over_bp(self) -> int | None:
        """Length of the words that a prediction is the sum over, none of them with an unknown base, if it is.

        Such a model reads sequences of any length.
        """
        return None

    def forward(
        self, inputs: Inputs, heads: Sequence[str] | None = None, *, linear: bool = False
    ) -> dict[str, Float[Tensor, "batch bin _track"]]:
        """Predict the tracks of some heads, or of all.

        Parameters
        ----------
        inputs
            uint8 codes (batch, base), float one-hot (batch, 4, base), or a mapping with ``sequence`` and
            perhaps others of :attr:`inputs`.
        heads
            Names of the heads to evaluate; the others cost nothing.
        linear
            Return what the heads give before their activation: of a ``sigmoid``, log odds.

        Returns
        -------
        For each head float32 values (batch, bin, track) of the bins that the crop leaves; under ``softplus``
        and others of :data:`senformer.model.activations.POSITIVE` not negative, under ``sigmoid`` 0 to 1.

        Raises
        ------
        DataError
            The input is none that the model reads, or a head is unknown.
        """
        wanted = list(self.heads) if heads is None else list(heads)
        for head in wanted:
            if head not in self.heads:
                raise DataError("E515", "model heads", f"no head {head!r}", nearest(head, self.heads))
        embedding = self.embed(inputs)
        outputs = {head: self.heads[head](embedding).float() for head in wanted}
        return outputs if linear else {head: self.activate(x) for head, x in outputs.items()}

    def activate(self, x: Float[Tensor, "*any track"]) -> Float[Tensor, "*any track"]:
        """Return what a head predicts from its linear output."""
        return ACTIVATIONS[self.config.activation](x)

    def log_activate(self, x: Float[Tensor, "*any track"]) -> Float[Tensor, "*any track"]:
        """Return the logarithm of what a head predicts, from its linear output; finite where that is 0."""
        return LOG_ACTIVATIONS[self.config.activation](x)

    @abstractmethod
    def embed(self, inputs: Inputs) -> Float[Tensor, "batch bin wide"]:
        """Return what the heads read of the bins that the crop leaves."""

    @property
    def like(self) -> Tensor:
        """A parameter of the type and on the device that the model computes in."""
        return next(self.parameters())

    def example(self) -> Inputs:
        """Return inputs of one window, of no meaning."""
        return torch.zeros(1, self.window_bp, dtype=torch.uint8, device=self.like.device)

    def golden_bins(self) -> int:
        """Return how many bins the golden input has: by default those of the window."""
        return self.window_bp // self.bin_bp

    def golden_embedding(self, n_bins: int) -> Float[Tensor, "1 bin wide"]:
        """Return what the heads read of the golden input."""
        return self.embed(golden_codes(n_bins * self.bin_bp))

    def save(self, path: str | os.PathLike) -> None:
        """Write the model as a folder: ``config.json``, ``model.safetensors``, ``card.json``.

        A folder of that name is replaced in one step. The card gets golden outputs and the weights'
        SHA-256.

        Raises
        ------
        OutputError, StorageError
            The folder cannot be written, or the disk is full; nothing is left behind.
        """
        card = self.card.model_copy(update={"golden": make_golden(self)})
        write_folder(
            path, SavedModel(self.name, self.config.model_dump(mode="json"), card, self.state_dict())
        )
