"""BiRen: enhancers by a GRU over what DeepSEA predicts along them; ``biren`` in ``MODELS``.

Source: Yang et al. 2017, doi:10.1093/bioinformatics/btx105; wenjiegroup/BiRen, idea only.
"""

from functools import partial
from typing import Any

import torch
from jaxtyping import Float, Int64
from pydantic import Field, model_validator
from torch import Tensor, nn

from senformer.model.bank_model import BankModel, make_bank
from senformer.model.blocks.align import from_first_base, moved_left
from senformer.model.blocks.bigru import BiGru
from senformer.model.blocks.framework import KERAS
from senformer.model.fields import Heads
from senformer.model.inputs import read_features
from senformer.model.kind import ModelKind
from senformer.model.sequence_model import Inputs
from senformer.model.window_config import PLAIN_RECIPE, Activation, Count, Size, WindowConfig
from senformer.model.zoo.deepsea import DEEPSEA, DeepSeaConfig


class BiRenConfig(WindowConfig):
    """Sizes of BiRen.

    Attributes
    ----------
    window_bp
        The longest candidate, and beside its bins what the bank reads further.
    bank, bank_from
        Sizes of the DeepSEA whose probabilities are the features of a bin, and the run or model folder that
        its weights are from, where training begins.
    step_bp
        Bases a bin.
    conservation
        Columns of the input ``conservation`` of each bin, a mean of phastCons; 0: there is none.
    hidden
        Of the GRU, in each direction.
    drops_exact_bin
        Leave out a last bin that ends where the candidate does, as the published code does.
    """

    window_bp: Size = 8800
    heads: Heads = Field(default_factory=lambda: {"enhancer": 1}, min_length=1)
    activation: Activation = "sigmoid"
    bank: DeepSeaConfig = Field(default_factory=DeepSeaConfig)
    bank_from: str | None = None
    step_bp: Size = 200
    conservation: Count = 1
    hidden: Size = 128
    drops_exact_bin: bool = False

    @model_validator(mode="after")
    def _check_bank(self) -> "BiRenConfig":
        beyond = self.bank.window_bp - self.step_bp
        if len(self.bank.heads) > 1:
            raise ValueError(f"a bank has one head, {list(self.bank.heads)} are {len(self.bank.heads)}")
        if beyond < 0 or self.window_bp <= beyond or (self.window_bp - beyond) % self.step_bp:
            raise ValueError(
                f"window_bp {self.window_bp} is no whole number of bins of {self.step_bp} bp and the "
                f"{beyond} bp that a bank of {self.bank.window_bp} bp reads beside them"
            )
        return self


def layers(config: BiRenConfig) -> tuple[list[nn.Module], int]:
    """Return bank and GRU, and how many values come out."""
    bank: Any = DEEPSEA.build(DEEPSEA.name, config.bank)
    n_features = sum(config.bank.heads.values()) + config.conservation
    return [make_bank(bank, config.step_bp), BiGru(n_features, config.hidden)], 2 * config.hidden


class BiRen(BankModel):
    """Features of the bins of a candidate, read in both directions.

    A shorter candidate has N at either end of the window: it is read from its first known base on, and its
    bins end where it does. Conservation has a row for each bin of the window, and is read from where the
    candidate begins: with N behind it (``pad: right`` of a table) that is the first row.
    """

    ALONG = ("conservation",)

    config: BiRenConfig

    @property
    def inputs(self) -> dict[str, str]:
        """What the model reads, by name; ``conservation`` may be left out, and is 0 then."""
        shape = self._n_bins, self.config.conservation
        text = f"numbers (batch, {shape[0]}, {shape[1]}): means of the bins"
        return super().inputs | ({"conservation": text} if shape[1] else {})

    @property
    def _n_bins(self) -> int:
        return self.bank.n_bins(self.window_bp)

    def embed(self, inputs: Inputs) -> Float[Tensor, "batch 1 wide"]:
        """Return what the heads read.

        Raises
        ------
        DataError
            An input is none that the model reads, of another shape, or not finite.
        """
        bases, first, lengths = self._candidates(self._bases(inputs))
        features = self.bank(bases)
        if self.config.conservation:
            shape = len(features), self._n_bins, self.config.conservation
            given = read_features(inputs, "conservation", shape)
            zeros = features.new_zeros(shape)
            given = zeros if given is None else moved_left(given.to(features), first)
            features = torch.cat([features, given], dim=-1)
        return self.layers[1](features, lengths)

    def _candidates(
        self, bases: Float[Tensor, "batch base 4"]
    ) -> tuple[Float[Tensor, "batch base 4"], Int64[Tensor, " batch"], Int64[Tensor, " batch"]]:
        """Return the candidates from their first known base on, the bin it was in, and how many they have.

        Of a candidate that begins within a bin of the window it is the next: turned, its last whole bin.
        """
        config = self.config
        bases, first, n_known = from_first_base(bases)
        first_bin = torch.div(first + config.step_bp - 1, config.step_bp, rounding_mode="floor")
        length = n_known - (config.bank.window_bp - config.step_bp)
        n_bins = torch.div(length - int(config.drops_exact_bin), config.step_bp, rounding_mode="floor")
        return bases, first_bin, n_bins.clamp(0, self._n_bins)


BIREN = ModelKind(
    name="biren",
    summary="A GRU over DeepSEA's probabilities in bins of 200 bp: is a candidate of 8,000 bp an enhancer.",
    build=partial(BiRen, make_layers=layers, framework=KERAS),
    config_class=BiRenConfig,
    defaults={},
    trainer="loop",
    source="Yang et al. 2017, doi:10.1093/bioinformatics/btx105; wenjiegroup/BiRen",
    recipe={
        **PLAIN_RECIPE,
        "reverse_complement": False,
        "epochs": 100,
        "batch_size": 32,
        "optimizer": "adam",
        "learning_rate": 0.001,
        "loss": "binary_cross_entropy",
        "select": "valid_loss",
        "stop": {"metric": "valid_loss", "patience": 10},
    },
    variants={"published_bins": {"drops_exact_bin": True}, "sequence": {"conservation": 0}},
    deviations=(
        "The number of hidden units, the optimizer and the length of training are not published; here they "
        "are 128, Adam at 0.001, and the best validation of 100 epochs.",
        "The published code leaves out a last bin that ends exactly where its candidate does: "
        "drops_exact_bin: true; here it counts.",
        "A misspelt name kept the bias of the update gates from being read there; here it counts.",
        "The bank is a DeepSEA of A, C, G, T whose weights model.bank_from names; they are part of the model "
        "that is saved, and no parameters: they never train.",
    ),
)
