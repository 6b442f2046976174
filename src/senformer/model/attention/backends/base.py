"""What a backend of attention is given, and what it must do."""

import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch
from jaxtyping import Float
from torch import Tensor

from senformer.model.attention.blocks import BlockPattern
from senformer.model.attention.tiles.keys import Project
from senformer.model.attention.tiles.layout import Layout
from senformer.model.attention.tiles.plan import Plan

T = TypeVar("T")


@dataclass(frozen=True)
class Call:
    """One call of attention between its projections.

    Attributes
    ----------
    plans
        One for all heads, or one a head; windows and blocks are the same in all.
    query
        Scaled, without biases; positions are the bins and behind them the plans' tokens.
    content_bias, position_bias
        Added to the query where it meets keys and relative keys.
    key, value
        As projected.
    relative
        Relative keys of the distances ``-(n_bins - 1)`` to ``n_bins - 1``, or how to project some.
    dropout
        Rate at which weights are dropped.
    """

    plans: list[Plan]
    query: Float[Tensor, "head batch position dim"]
    content_bias: Float[Tensor, "head dim"]
    position_bias: Float[Tensor, "head dim"]
    key: Float[Tensor, "head batch position dim"]
    value: Float[Tensor, "head batch position value"]
    relative: Float[Tensor, "head offset dim"] | Project
    dropout: float = 0.0

    @property
    def pattern(self) -> BlockPattern:
        """Return the pattern of the first head."""
        return self.plans[0].pattern

    @property
    def layout(self) -> Layout:
        """Return where bins and tokens lie in padded operands."""
        return self.plans[0].layout

    @property
    def device(self) -> torch.device:
        """Return the operands' device."""
        return self.query.device

    @property
    def needs_gradients(self) -> bool:
        """Say whether any operand's gradient may be asked for."""
        operands = (self.query, self.content_bias, self.position_bias, self.key, self.value, self.relative)
        tensors = (x for x in operands if isinstance(x, Tensor))
        return torch.is_grad_enabled() and any(x.requires_grad for x in tensors)


class Backend(ABC):
    """One way to compute attention; a row of ``BACKENDS`` is an instance of a subclass."""

    @abstractmethod
    def refuses(self, call: Call) -> str | None:
        """Return why this backend cannot compute ``call``; None where it can."""

    @abstractmethod
    def run(self, call: Call) -> Float[Tensor, "head batch position value"]:
        """Return ``softmax_j((q_i + u) . k_j + (q_i + w) . r[j - i]) @ value`` under the plans."""


class PlanCache(Generic[T]):
    """What a backend derives from plans, kept for as long as they live."""

    def __init__(self) -> None:
        self._kept: dict[tuple, T] = {}

    def get(self, plans: list[Plan], device: torch.device, make: Callable[[], T]) -> T:
        """Return what was made for these plans and this device; made once."""
        key = (*map(id, plans), device)
        if key not in self._kept:
            # Tensors of inference mode could not be saved for a gradient later.
            with torch.inference_mode(False):
                self._kept[key] = make()
            weakref.finalize(plans[0], self._kept.pop, key, None)
        return self._kept[key]

    def __len__(self) -> int:
        return len(self._kept)
