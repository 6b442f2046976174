"""An exponential moving average of the weights, by which the model is validated and exported.

Source: Polyak, Juditsky 1992, doi:10.1137/0330046, in its exponential form. Running statistics of norms are
averages already and are taken as they are.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from senformer.train.config import TrainConfig
from senformer.train.optimizer import refuse_other_shapes
from senformer.train.shards import like


def kept_share(config: TrainConfig, step: int) -> float:
    """Return what the average keeps of itself at update ``step`` (from 1).

    ``ema``, or under ``ema_warmup`` the smaller of it and ``(1 + step) / (10 + step)``, so that the first
    weights, which are random, are soon forgotten.
    """
    ema = config.ema or 0.0
    return min(ema, (1 + step) / (10 + step)) if config.ema_warmup else ema


class Average:
    """The average of the parameters that train, on their device; it begins as a copy of them.

    What takes no gradient when it is made is frozen for the whole run, and its own average.

    Attributes
    ----------
    tensors
        By the parameters' names.
    """

    def __init__(self, model: nn.Module) -> None:
        self._weights = {name: p for name, p in model.named_parameters() if p.requires_grad}
        self.tensors = {name: p.detach().clone() for name, p in self._weights.items()}

    @torch.no_grad()
    def follow(self, share: float) -> None:
        """Move to the weights as they are now, keeping ``share`` of itself."""
        weights = [parameter.detach() for parameter in self._weights.values()]
        torch._foreach_lerp_(list(self.tensors.values()), weights, 1.0 - share)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the model have these weights within the context, and its own again after it, bit for bit."""
        own = {name: p.detach().clone() for name, p in self._weights.items()}
        self._set(self.tensors)
        try:
            yield
        finally:
            self._set(own)

    @torch.no_grad()
    def _set(self, tensors: Mapping[str, Tensor]) -> None:
        for name, parameter in self._weights.items():
            parameter.copy_(tensors[name])

    def load(self, tensors: Mapping[str, Tensor], where: str) -> None:
        """Set the average from a checkpoint.

        Raises
        ------
        DataError
            A tensor is missing, unknown or of another shape.
        """
        refuse_other_shapes(tensors, self.tensors, where)
        for name, tensor in self.tensors.items():
            tensor.copy_(like(tensors[name], tensor))
