"""Tensors by name held against those that a model asks for."""

from collections.abc import Mapping

from torch import Tensor

Shape = tuple[int, ...]


def shapes_of(tensors: Mapping[str, Tensor]) -> dict[str, Shape]:
    """Return the shape of each tensor."""
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def first_difference(
    found: Mapping[str, Shape], wanted: Mapping[str, Shape]
) -> tuple[str, Shape | None, Shape | None] | None:
    """Return the first name whose shapes differ, with that found and that wanted; None where all agree.

    A tensor that is not there has no shape. Names that are wanted come first, in their order.

    Examples
    --------
    >>> first_difference({"a": (2,), "b": (3,)}, {"a": (2,)})
    ('b', (3,), None)
    """
    for name in [*wanted, *(name for name in found if name not in wanted)]:
        if found.get(name) != wanted.get(name):
            return name, found.get(name), wanted.get(name)
    return None
