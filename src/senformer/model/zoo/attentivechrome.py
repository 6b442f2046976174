"""AttentiveChrome: LSTMs and attention over bins, then over histone marks; ``attentivechrome`` in ``MODELS``.

Source: Singh et al. 2017, NeurIPS 30, arXiv:1708.00339; QData/AttentiveChrome (MIT), idea only.
"""

from dataclasses import replace
from functools import partial

import torch
from pydantic import Field
from torch import Tensor, nn

from senformer.model.blocks.attentive_lstm import AttentiveLstm, SignalEncoders
from senformer.model.blocks.class_head import ClassHead
from senformer.model.blocks.dense import Dense
from senformer.model.blocks.flatten import Flatten
from senformer.model.blocks.framework import TORCH
from senformer.model.fields import Heads
from senformer.model.kind import ModelKind
from senformer.model.modes import evaluating
from senformer.model.sequence_model import Inputs
from senformer.model.signal_model import SignalConfig, SignalModel
from senformer.model.window_config import PLAIN_RECIPE, Activation, Rate, Size


class AttentiveChromeConfig(SignalConfig):
    """Sizes of AttentiveChrome.

    Attributes
    ----------
    hidden
        Of the LSTM over the bins of a mark, in each direction.
    over_marks
        Of the LSTM over the marks; None has no second level: the marks stand side by side, and the head
        tells two classes apart, as in the first version.
    dropout
        Rate behind the LSTMs over bins, of the first version.
    """

    window_bp: Size = 10_000
    heads: Heads = Field(default_factory=lambda: {"expression": 1}, min_length=1)
    activation: Activation = "sigmoid"
    hidden: Size = 32
    over_marks: Size | None = 16
    dropout: Rate = 0.0


def _uniform_(weight: Tensor, fan_in: int, fan_out: int) -> Tensor:
    return nn.init.uniform_(weight, -0.1, 0.1)


_TORCH = replace(TORCH, weight=_uniform_)


def layers(config: AttentiveChromeConfig) -> tuple[list[nn.Module], int]:
    """Return the layers, and how many values come out."""
    bins = SignalEncoders(config.n_signals, config.hidden, _TORCH, dropout=config.dropout)
    if config.over_marks is None:
        return [bins, Flatten(channels_first=False)], config.n_signals * 2 * config.hidden
    return [bins, AttentiveLstm(2 * config.hidden, config.over_marks, _TORCH)], 2 * config.over_marks


def _head(config: AttentiveChromeConfig, n_in: int, n_tracks: int) -> nn.Module:
    kind = Dense if config.over_marks is not None else ClassHead
    return kind(n_in, n_tracks, _TORCH)


class AttentiveChrome(SignalModel):
    """Signals to one bin, with what attention sees of them."""

    @torch.no_grad()
    def attention(self, inputs: Inputs) -> dict[str, Tensor]:
        """Return what bins and marks count, in evaluation.

        Returns
        -------
        ``bins`` (batch, bin, mark), of which each mark has a sum of 1 over bins; and, where there is a second
        level, ``marks`` (batch, mark), with a sum of 1.

        Raises
        ------
        DataError
            The inputs are not those that the model reads.
        """
        with evaluating(self):
            signals = self._signals(inputs)
            found = {"bins": self.layers[0].weights(signals)}  # type: ignore[operator]
            if self.config.over_marks is not None:  # type: ignore[attr-defined]
                found["marks"] = self.layers[1].weights(self.layers[0](signals))  # type: ignore[operator]
            return found


ATTENTIVECHROME = ModelKind(
    name="attentivechrome",
    summary="LSTMs and attention over bins of five histone marks, then over the marks: is a gene expressed.",
    build=partial(AttentiveChrome, make_layers=layers, framework=_TORCH, make_head=_head),
    config_class=AttentiveChromeConfig,
    defaults={},
    trainer="loop",
    source="Singh et al. 2017, arXiv:1708.00339; QData/AttentiveChrome",
    interpretation="Attention weights of bins and of marks.",
    recipe={
        **PLAIN_RECIPE,
        "epochs": 30,
        "batch_size": 16,
        "optimizer": "adam",
        "learning_rate": 0.0002,
        "clip_norm": 1.0,
        "reverse_complement": False,
        "loss": "binary_cross_entropy",
        "select": "valid_loss",
    },
    variants={"first_version": {"over_marks": None, "dropout": 0.5}},
    variant_recipes={
        "first_version": {
            "batch_size": 1,
            "optimizer": "sgd",
            "optimizer_options": {"momentum": 0.0},
            "learning_rate": 0.001,
            "clip_norm": None,
        }
    },
    deviations=(
        "The default is the second version of the code; the first, of the paper, has no attention over "
        "marks: over_marks: null.",
        "The second version's dropout has no effect on its LSTMs of one layer; there is none here.",
        "The epoch with the best validation AUROC was kept; here that with the best validation loss.",
        "The weights of LSTMs begin as in Keras, their forget gates at 1.",
        "The published training throws the attention away; here attention(inputs) of the model returns it.",
    ),
)
