"""Models around a bank: a trained network that is frozen, and part of the model that is saved."""

from torch import Tensor, nn

from senformer.model.blocks.feature_bank import FeatureBank
from senformer.model.window_model import WindowModel


class BankModel(WindowModel):
    """A model whose first layer is a bank."""

    @property
    def bank(self) -> FeatureBank:
        """The frozen network."""
        return self.layers[0]  # type: ignore[return-value]

    def take_bank(self, source: WindowModel) -> None:
        """Copy the weights of a trained network of the bank's sizes.

        Raises
        ------
        RuntimeError
            It has other sizes.
        """
        self.bank.layers.load_state_dict(bank_tensors(source))


def bank_tensors(source: WindowModel) -> dict[str, Tensor]:
    """Return the tensors of a network by the names that they have in a bank."""
    return nn.Sequential(*source.layers, *source.heads.values()).state_dict()


def make_bank(source: WindowModel, step_bp: int) -> FeatureBank:
    """Return what a network predicts around every bin, frozen."""
    network = nn.Sequential(*source.layers, *source.heads.values())
    return FeatureBank(network, source.window_bp, step_bp, source.activate)
