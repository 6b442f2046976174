"""A frozen network as a bank of features: what it predicts around each bin of a longer window."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn

# Windows of the network in one pass, so that memory does not grow with the number of bins.
_AT_ONCE = 64


class FeatureBank(nn.Module):
    """Run layers on the window around each bin, and keep what comes out as features of the bin.

    The layers' parameters become buffers: they are saved with the model and never trained, and the layers
    are in evaluation always. The first window begins at the first base, so that of so many bases the network
    reads before and behind the first bin as well.

    Attributes
    ----------
    window_bp, step_bp
        Bases that the network reads, and bases a bin.
    """

    def __init__(
        self,
        layers: nn.Module,
        window_bp: int,
        step_bp: int,
        activate: Callable[[Tensor], Tensor] = lambda x: x,
    ) -> None:
        super().__init__()
        self.window_bp, self.step_bp, self._activate = window_bp, step_bp, activate
        self.layers = frozen(layers)
        self.train(False)

    def n_bins(self, length: int) -> int:
        """Return of how many bins so many bases hold the windows."""
        return (length - self.window_bp) // self.step_bp + 1

    def train(self, mode: bool = True) -> "FeatureBank":
        """Stay in evaluation."""
        return super().train(False)

    def forward(self, x: Float[Tensor, "batch base 4"]) -> Float[Tensor, "batch bin feature"]:
        """Return the features of each bin."""
        windows = self.windows(x)
        return self.of_windows(windows.flatten(0, 1)).view(*windows.shape[:2], -1)

    def windows(self, x: Float[Tensor, "batch base 4"]) -> Float[Tensor, "batch bin window_base 4"]:
        """Return the window of each bin."""
        return x.unfold(1, self.window_bp, self.step_bp).transpose(2, 3)

    def of_windows(self, x: Float[Tensor, "window base 4"]) -> Float[Tensor, "window feature"]:
        """Return the features of bins by their windows."""
        return torch.cat([self._activate(self.layers(part)).flatten(1) for part in x.split(_AT_ONCE)])


def frozen(module: nn.Module) -> nn.Module:
    """Make buffers of all parameters of a module, under the same names, and return it."""
    for part in module.modules():
        for name, parameter in list(part.named_parameters(recurse=False)):
            delattr(part, name)
            part.register_buffer(name, parameter.detach())
    return module
