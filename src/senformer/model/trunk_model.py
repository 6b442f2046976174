"""A trunk with a transformer: bins by convolution, attention over them, heads bin by bin."""

from abc import abstractmethod
from typing import Any, ClassVar

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from senformer.core.errors import ConfigError
from senformer.model.attention import ATTENTIONS
from senformer.model.attention.base import Attention, AttentionSizes
from senformer.model.golden import TOWER_BINS, fewest_bins, golden_codes, golden_order
from senformer.model.inputs import GLOBAL_BINS, read_global_bins, read_sequence
from senformer.model.positions import POSITIONS
from senformer.model.positions.table import PositionTable
from senformer.model.sequence_model import Inputs, SequenceModel
from senformer.model.stem import as_bases
from senformer.model.tiling.stage import Stage
from senformer.model.transformer import Transformer


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


class TrunkModel(SequenceModel):
    """Sequence to tracks of any window of whole bins; a subclass gives :meth:`bins` and :meth:`transform`.

    Attributes
    ----------
    recompute
        Whether gradients of stem and tower are made tile by tile and those of the transformer layer by
        layer, each run again on the way back:
        ``auto`` (where the window's activations would be large), ``always``, ``never``.
    stem, transformer
        Parts that every such model has; the stem has a convolution ``conv``.
    """

    FEWEST_GOLDEN_BINS: ClassVar[int] = TOWER_BINS

    stem: nn.Module
    transformer: Transformer

    def __init__(self, name: str, config: Any) -> None:
        super().__init__(name, config)
        self.recompute = "auto"
        self._positions: dict[tuple, PositionTable] = {}

    @property
    def inputs(self) -> dict[str, str]:
        """What the model reads, by name; all but ``sequence`` may be left out."""
        named = any(attention.takes_global_bins for attention in self.attentions)
        return super().inputs | ({"global_bins": GLOBAL_BINS} if named else {})

    @property
    def attentions(self) -> list[Attention]:
        """The attention layers, in order."""
        return [block.attention for block in self.transformer]

    @property
    def coarse_bp(self) -> int:
        """Bases a bin as the transformer reads it; a model may predict finer ones."""
        return self.bin_bp

    def embed(self, inputs: Inputs) -> Float[Tensor, "batch bin wide"]:
        """Return the trunk's output of the bins that the crop leaves.

        Raises
        ------
        DataError
            The input is no whole number of bins, or the crop leaves none.
        """
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
        return as_bases(self._sequence(inputs), self.like.dtype)

    @property
    def like(self) -> Tensor:
        """A parameter of the type and on the device that the model computes in."""
        return self.stem.conv.bias

    def _sequence(self, inputs: Inputs) -> Tensor:
        """Check the input; return codes (batch, base) or one-hot (batch, base, 4) on our device."""
        sequence = read_sequence(inputs, self.coarse_bp).to(self.like.device)
        return sequence if sequence.dtype == torch.uint8 else sequence.transpose(1, 2)

    def positions(self, n_bins: int) -> PositionTable:
        """Return the basis of distances for a window, made once for each length."""
        weight, config = self.like, self.config
        key = (n_bins, weight.device, weight.dtype)
        if key not in self._positions:
            basis = POSITIONS[config.positions]
            table = PositionTable(
                basis, n_bins, config.n_position_features, config.position_bins, weight.new_empty(0)
            )
            self._positions = {key: table}
        return self._positions[key]

    def golden_bins(self) -> int:
        """Return how many bins the transformer reads of the golden input."""
        patterns = [attention.pattern for attention in self.attentions]
        return fewest_bins(patterns, self.window_bp // self.coarse_bp)

    def golden_embedding(self, n_bins: int) -> Float[Tensor, "1 bin wide"]:
        """Return the trunk's output of so many golden bins, uncropped.

        Stem and tower, which cost most, read a short input; the transformer reads its bins and after them
        more of the same, drawn in a seeded order until there are enough.
        """
        bins = self.bins(golden_codes(TOWER_BINS * self.coarse_bp))[:, golden_order(n_bins)]
        return self.transform(bins, 0)


def as_trunk(model: SequenceModel, where: str, todo: str) -> TrunkModel:
    """Return a model that has a transformer, for what asks for one.

    Raises
    ------
    ConfigError
        It has none.
    """
    if isinstance(model, TrunkModel):
        return model
    raise no_transformer(model.name, where, todo)


def no_transformer(name: str, where: str, todo: str) -> ConfigError:
    """Return the error of what needs a transformer, of a model that has none."""
    return ConfigError("E574", where, f"needs a model with a transformer, {name} has none", todo)
