"""ExPecto: expression from what Beluga predicts along 40 kb around a start; ``expecto`` in ``MODELS``.

Source: Zhou et al. 2018, doi:10.1038/s41588-018-0160-6; FunctionLab/ExPecto, idea only.
"""

from functools import partial
from typing import Any

from pydantic import Field, field_validator, model_validator
from torch import nn

from senformer.core.config import Config, parse
from senformer.core.tables import choose
from senformer.model.bank_model import make_bank
from senformer.model.blocks.exp_basis import RATES, ExpBasis, bin_distances, exp_weights
from senformer.model.blocks.framework import KERAS
from senformer.model.distance_model import DistanceModel
from senformer.model.fields import Heads
from senformer.model.kind import ModelKind
from senformer.model.window_config import Size, WindowConfig
from senformer.model.zoo.basset import BASSET
from senformer.model.zoo.beluga import BELUGA
from senformer.model.zoo.danq import DANQ
from senformer.model.zoo.deeper_deepsea import DEEPER_DEEPSEA
from senformer.model.zoo.deepsea import DEEPSEA
from senformer.model.zoo.deepstarr import DEEPSTARR

# What may be a bank: models of one window with one head.
BANKS = {kind.name: kind for kind in (BELUGA, DEEPSEA, DEEPER_DEEPSEA, DANQ, BASSET, DEEPSTARR)}


class BankChoice(Config):
    """Which network is the bank.

    Attributes
    ----------
    name, sizes
        As of a model: its name, and what differs from its published sizes.
    """

    name: str = "beluga"
    sizes: dict[str, Any] = Field(default_factory=dict)

    @field_validator("name")
    @classmethod
    def _known(cls, name: str) -> str:
        return choose(BANKS, name, "model.bank").name

    @property
    def config(self) -> WindowConfig:
        """All sizes."""
        kind = BANKS[self.name]
        return parse(kind.config_class, {**kind.defaults, **self.sizes}, "model.bank")  # type: ignore[return-value]

    @property
    def activation(self) -> str:
        """What its predictions are."""
        return self.config.activation


class ExpectoConfig(WindowConfig):
    """Sizes of ExPecto.

    Attributes
    ----------
    window_bp
        The bins around the start, which lies in the middle, and beside them what the bank reads further.
    bank, bank_from
        The network whose predictions are the features of a bin, and the run or model folder that its weights
        are from, where training begins.
    step_bp
        Bases a bin.
    rates
        How fast the weight of a bin falls, a step.
    sides
        Whether bins before and behind the start have weights of their own; the sequence is then that of the
        gene's strand.
    """

    window_bp: Size = 41_800
    heads: Heads = Field(default_factory=lambda: {"tissues": 218}, min_length=1, max_length=1)
    bank: BankChoice = Field(default_factory=BankChoice)
    bank_from: str | None = None
    step_bp: Size = 200
    rates: list[float] = Field(default=list(RATES), min_length=1)
    sides: bool = True

    @property
    def both_strands(self) -> bool:
        """Whether predictions are averaged over strands: no, for the features are means of both."""
        return False

    @model_validator(mode="after")
    def _check_bank(self) -> "ExpectoConfig":
        bank = self.bank.config
        beyond = bank.window_bp - self.step_bp
        if len(bank.heads) > 1:
            raise ValueError(f"a bank has one head, {list(bank.heads)} are {len(bank.heads)}")
        if beyond < 0 or self.window_bp <= beyond or (self.window_bp - beyond) % self.step_bp:
            raise ValueError(
                f"window_bp {self.window_bp} is no whole number of bins of {self.step_bp} bp and the "
                f"{beyond} bp that a bank of {bank.window_bp} bp reads beside them"
            )
        return self


def layers(config: ExpectoConfig) -> tuple[list[nn.Module], int]:
    """Return bank and basis, and how many values come out."""
    bank = config.bank.config
    features = make_bank(BANKS[config.bank.name].build(config.bank.name, bank), config.step_bp)  # type: ignore[arg-type]
    distances = bin_distances(features.n_bins(config.window_bp), config.step_bp)
    weights = exp_weights(distances, config.step_bp, config.rates, sides=config.sides)
    return [features, ExpBasis(weights)], len(weights) * sum(bank.heads.values())


EXPECTO = ModelKind(
    name="expecto",
    summary="Beluga's predictions in 200 bins around a transcription start, and a line for each tissue.",
    build=partial(DistanceModel, make_layers=layers, framework=KERAS),
    config_class=ExpectoConfig,
    defaults={},
    trainer="fit",
    source="Zhou et al. 2018, doi:10.1038/s41588-018-0160-6; FunctionLab/ExPecto",
    interpretation="Weights; in-silico mutagenesis.",
    recipe={"learning_rate": 0.01, "l2": 100.0, "rounds": 100, "base": 2.0},
    deviations=(
        "The lines are those of xgboost's gblinear, one feature after another in order and in float64; the "
        "published ones come from its parallel updater, whose threads take features in no fixed order.",
        "The published script takes an L1 and leaves it at 0; there is none here.",
        "score takes the difference between two whole predictions, whose bins lie about the start; ten of "
        "them see a variant. The published code lays nine windows about the variant, from -800 to +800 bp: "
        "senformer.variants.start_effects in Python.",
        "Features are 2,002 a basis; the deposited models have a column of zeros before them.",
        "Weights of the released models are per ln(RPKM + 0.0001): log: ln in the table of expression, and "
        "0.0001 added to its values.",
    ),
)
