"""Models of what a bank predicts around a transcription start, gathered by distance."""

from jaxtyping import Float
from torch import Tensor

from senformer.model.bank_model import BankModel
from senformer.model.sequence_model import Inputs


class DistanceModel(BankModel):
    """What the bank predicts for both strands of each bin, weighed by distance and summed, under the heads.

    The layers are the bank and the basis. The heads are fitted to the embedding of rows, which never changes.
    """

    @property
    def like(self) -> Tensor:
        """A buffer of the bank: the heads may have no parameters."""
        return next(self.bank.layers.buffers())

    def _count_parameters(self) -> None:
        """Put the number of fitted values into the card: those of the heads."""
        self.card.parameters = sum(tensor.numel() for tensor in self.heads.state_dict().values())

    def embed(self, inputs: Inputs) -> Float[Tensor, "batch 1 wide"]:
        """Return what the heads read.

        Raises
        ------
        DataError
            The input is none that the model reads, or not of its window's length.
        """
        bases = self._bases(inputs)
        # The bins of the other strand come in the other order.
        both = (self.bank(bases) + self.bank(bases.flip(1, 2)).flip(1)) / 2
        return self.gather(both)

    def bin_features(self, windows: Float[Tensor, "window base 4"]) -> Float[Tensor, "window feature"]:
        """Return what is gathered of bins, each made of its window in the bank alone."""
        return (self.bank.of_windows(windows) + self.bank.of_windows(windows.flip(1, 2))) / 2

    def gather(self, features: Float[Tensor, "batch bin feature"]) -> Float[Tensor, "batch 1 wide"]:
        """Return what the heads read, of the features of all bins."""
        return self.layers[1](features)[:, None].to(features.dtype)
