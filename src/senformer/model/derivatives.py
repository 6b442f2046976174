"""Backward passes that no second derivative goes through, and that say so."""

import functools
from collections.abc import Callable
from typing import Any

import torch

from senformer.core.errors import DataError


def first_order(what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator for the ``backward`` of an autograd function that is itself not differentiable.

    torch's ``once_differentiable`` looks at the incoming gradient alone. Where that is a constant, as it is
    for the sum of an output, a second derivative would lose what goes through the saved tensors without a
    word. Grad mode inside a backward pass is what ``create_graph`` asked for, so that is looked at.

    Parameters
    ----------
    what
        What the function computes, for the message.

    Raises
    ------
    DataError
        By the decorated function: a graph of the gradient is asked for (``create_graph=True``).
    """

    def decorate(backward: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(backward)
        def checked(*args: Any) -> Any:
            if torch.is_grad_enabled():
                raise DataError(
                    "E561",
                    what,
                    "second derivatives are not computed, and create_graph=True asks for them",
                    "Take finite differences of gradients, or leave out create_graph.",
                )
            return backward(*args)

        return checked

    return decorate
