"""What every network from sequence to tracks is: its inputs, heads, card and folder around a trunk."""

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from senformer.core.config import nearest
from senformer.core.errors import DataError
from senformer.model.attention import ATTENTIONS
from senformer.model.attention.base import Attention, AttentionSizes
from senformer.model.card import ModelCard, new_card
from senformer.model.folder import SavedModel, write_folder
from senformer.model.golden import make_golden
from senformer.model.inputs import GLOBAL_BINS, SEQUENCE, read_global_bins, read_sequence
from senformer.model.positions import POSITIONS
from senformer.model.positions.table import PositionTable
from senformer.model.stem import as_bases
from senformer.model.tiling.stage import Stage
from senformer.model.transformer import Transformer

Inputs = Tensor | Mapping[str, Tensor]


def attention_layer(config: Any, layer: int) -> Attention:
    """Return the attention of one layer, of the kind and sizes that a model's configuration names."""
    sizes = AttentionSizes(
        channels=config.channels,
        n_heads=config.n_heads,
        key_size=config.key_size,
        value_size=config.value_size,
        n_features=config.n_position_features,
        dropout=config.attention_dropout,
        position_dropout=config.position_dropout,
    )
    return ATTENTIONS[config.attention.kind](sizes, config.attention, layer)


class SequenceModel(nn.Module, ABC):
    """Sequence to tracks; a subclass builds the trunk, and gives :meth:`bins` and :meth:`transform`.

    Attributes
    ----------
    name
        Its row in ``MODELS``.
    config
        Every size and rate.
    card
        What goes into ``card.json``: units, tracks, provenance.
    recompute
        Whether gradients of stem and tower are made tile by tile and those of the transformer layer by
        layer, each run again on the way back:
        ``auto`` (where the window's activations would be large), ``always``, ``never``.
    stem, transformer, heads
        Parts that every model has; the stem has a convolution ``conv``.
    """

    stem: nn.Module
    transformer: Transformer
    heads: nn.ModuleDict

    def __init__(self, name: str, config: Any) -> None:
        super().__init__()
        self.name, self.config = name, config
        self.recompute = "auto"
        self._positions: dict[tuple, PositionTable] = {}
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
        """The window that the model is for; any number of whole bins works."""
        return self.config.window_bp

    @property
    def inputs(self) -> dict[str, str]:
        """What the model reads, by name; all but ``sequence`` may be left out."""
        named = any(block.attention.takes_global_bins for block in self.transformer)
        return {"sequence": SEQUENCE} | ({"global_bins": GLOBAL_BINS} if named else {})

    @property
    def coarse_bp(self) -> int:
        """Bases a bin as the transformer reads it; a model may predict finer ones."""
        return self.bin_bp

    @property
    def crop_bins(self) -> int:
        """Bins dropped at each end of a window."""
        return self.config.crop_bins

    def forward(
        self, inputs: Inputs, heads: Sequence[str] | None = None
    ) -> dict[str, Float[Tensor, "batch bin _track"]]:
        """Predict the tracks of some heads, or of all.

        Parameters
        ----------
        inputs
            uint8 codes (batch, base), float one-hot (batch, 4, base), or a mapping with ``sequence`` and
            perhaps others of :attr:`inputs`.
        heads
            Names of the heads to evaluate; the others cost nothing.

        Returns
        -------
        For each head float32 values (batch, bin, track) of the bins that the crop leaves; under ``softplus``
        not negative.

        Raises
        ------
        DataError
            The input is no whole number of bins, the crop leaves none, or a head is unknown.
        """
        wanted = list(self.heads) if heads is None else list(heads)
        for head in wanted:
            if head not in self.heads:
                raise DataError("E515", "model heads", f"no head {head!r}", nearest(head, self.heads))
        embedding = self.embed(inputs)
        return {head: self.activate(self.heads[head](embedding).float()) for head in wanted}

    def activate(self, x: Float[Tensor, "*any track"]) -> Float[Tensor, "*any track"]:
        """Return what a head predicts from its linear output."""
        return functional.softplus(x) if self.config.activation == "softplus" else x

    def embed(self, inputs: Inputs) -> Float[Tensor, "batch bin wide"]:
        """Return the trunk's output of the bins that the crop leaves."""
        return self.trunk(inputs, self.config.crop_bins)

    def trunk(self, inputs: Inputs, crop_bins: int) -> Float[Tensor, "batch bin wide"]:
        """Return the trunk's output with a crop of its own."""
        global_bins = read_global_bins(inputs, self.coarse_bp, self.inputs)
        return self.transform(self.bins(inputs), crop_bins, global_bins)

    @property
    def front(self) -> tuple[nn.Module, ...]:
        """The modules that :meth:`bins` reads."""
        return self.stem, self.tower

    def local_stages(self) -> list[Stage]:
        """Return what :meth:`bins` does in evaluation, in stages whose rows depend on near rows alone.

        A model that declares them is predicted by delta inference where sequences differ little; one
        without is predicted the plain way. The first stage reads one-hot bases (batch, base, 4), the last
        gives what :meth:`transform` reads; none by default.
        """
        return []

    @property
    def binwise(self) -> nn.Module | None:
        """What each bin goes through by itself between transformer and heads; None where bins mix there."""
        return None

    @abstractmethod
    def bins(self, inputs: Inputs) -> Float[Tensor, "batch coarse wide"]:
        """Return what :meth:`transform` reads, from any input, a row for each of the transformer's bins."""

    @abstractmethod
    def transform(
        self,
        x: Float[Tensor, "batch coarse wide"],
        crop_bins: int,
        global_bins: Bool[Tensor, "batch coarse"] | None = None,
    ) -> Float[Tensor, "batch _bin _embedding"]:
        """Return the trunk's output from :meth:`bins`."""

    def read(self, inputs: Inputs) -> Float[Tensor, "batch base 4"]:
        """Check the input and return one-hot bases, channels last."""
        return as_bases(self._sequence(inputs), self.stem.conv.bias.dtype)

    def _sequence(self, inputs: Inputs) -> Tensor:
        """Check the input; return codes (batch, base) or one-hot (batch, base, 4) on our device."""
        sequence = read_sequence(inputs, self.coarse_bp).to(self.stem.conv.bias.device)
        return sequence if sequence.dtype == torch.uint8 else sequence.transpose(1, 2)

    def positions(self, n_bins: int) -> PositionTable:
        """Return the basis of distances for a window, made once for each length."""
        weight, config = self.stem.conv.bias, self.config
        key = (n_bins, weight.device, weight.dtype)
        if key not in self._positions:
            basis = POSITIONS[config.positions]
            table = PositionTable(
                basis, n_bins, config.n_position_features, config.position_bins, weight.new_empty(0)
            )
            self._positions = {key: table}
        return self._positions[key]

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
