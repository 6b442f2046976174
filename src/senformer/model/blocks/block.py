"""Blocks by an order string: which steps a layer has, one letter each, in the order that they run.

``c`` convolution, ``l`` linear, ``a`` activation (ReLU unless another is given), ``b`` batch normalization,
``p`` max pooling, ``d`` dropout: ``cbap`` is convolution, norm, activation, pooling.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from torch import nn

from senformer.core.errors import ConfigError
from senformer.model.blocks.batch_norm import BatchNorm
from senformer.model.blocks.conv import Conv
from senformer.model.blocks.dense import Dense
from senformer.model.blocks.drop import Drop
from senformer.model.blocks.framework import Framework
from senformer.model.blocks.max_pool import MaxPool

_NAMES = {"c": "conv", "l": "linear", "a": "act", "b": "norm", "p": "pool", "d": "drop"}


class _Block(nn.Sequential):
    """Steps by name; a second one of a kind is ``conv2``, and so on."""

    def __init__(self, order: str, steps: Mapping[str, Callable[[int], nn.Module]], widths: tuple[int, int]):
        super().__init__()
        seen: Counter[str] = Counter()
        n_channels, n_out = widths
        for letter in order:
            seen[letter] += 1
            number = seen[letter] if seen[letter] > 1 else ""
            self.add_module(f"{_NAMES[letter]}{number}", steps[letter](n_channels))
            n_channels = n_out if letter in "cl" else n_channels


class ConvBlock(_Block):
    """A layer of convolution in the given order; of two convolutions the second keeps the channels."""

    def __init__(
        self,
        n_in: int,
        n_out: int,
        width: int,
        order: str,
        framework: Framework,
        *,
        padding: Literal["valid", "same"] = "valid",
        pool: int = 1,
        ceil: bool = False,
        dropout: float = 0.0,
        dilation: int = 1,
        bias: bool = True,
        act: Callable[[], nn.Module] = nn.ReLU,
    ) -> None:
        steps: dict[str, Callable[[int], nn.Module]] = {
            "c": lambda n: Conv(n, n_out, width, framework, padding=padding, dilation=dilation, bias=bias),
            "a": lambda n: act(),
            "b": lambda n: BatchNorm(n, framework.eps, framework.momentum),
            "p": lambda n: MaxPool(pool, ceil),
            "d": lambda n: Drop(dropout),
        }
        super().__init__(order, steps, (n_in, n_out))


class DenseBlock(_Block):
    """A fully connected layer in the given order."""

    def __init__(
        self, n_in: int, n_out: int, order: str, framework: Framework, *, dropout: float = 0.0
    ) -> None:
        steps: dict[str, Callable[[int], nn.Module]] = {
            "l": lambda n: Dense(n, n_out, framework),
            "a": lambda n: nn.ReLU(),
            "b": lambda n: BatchNorm(n, framework.eps, framework.momentum),
            "d": lambda n: Drop(dropout),
        }
        super().__init__(order, steps, (n_in, n_out))


def mlp(
    n_in: int, widths: Sequence[int], order: str, framework: Framework, *, dropout: float = 0.0
) -> list[nn.Module]:
    """Return fully connected layers of these widths, one after another."""
    return [
        DenseBlock(before, width, order, framework, dropout=dropout)
        for before, width in zip([n_in, *widths], widths, strict=False)
    ]


def out_length(layers: Iterable[nn.Module], length: int) -> int:
    """Return how many positions leave the layers if so many enter.

    Raises
    ------
    ConfigError
        None is left.
    """
    steps: list[Any] = [step for layer in layers for step in layer.modules() if hasattr(step, "out_length")]
    left = length
    for step in steps:
        left = step.out_length(left)
    if left < 1:
        found = f"is {length} bp, of which convolution and pooling leave nothing"
        raise ConfigError("E575", "model.window_bp", found, "Give a longer window.")
    return left
