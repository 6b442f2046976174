"""From another program's tensors to ours: every name and shape is checked before a value is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from senformer.core.config import nearest
from senformer.core.errors import DataError
from senformer.model.weights.layout import our_tensor, their_shape

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Stored:
    """The tensors of a source: what is known of them at once, and how one is read.

    Attributes
    ----------
    where
        The file or folder, for messages.
    shapes
        Of every tensor, by the source's names.
    load
        Reads one tensor.
    """

    where: str
    shapes: Mapping[str, Shape]
    load: Callable[[str], Tensor]


# Our name -> (their name, layout).
Names = Mapping[str, tuple[str, str]]


def check_names(stored: Stored, names: Names) -> None:
    """Raise unless the source holds every tensor of ``names`` and no other.

    Raises
    ------
    DataError
        One is missing, or unknown; the nearest name is suggested.
    """
    theirs = {name for name, _ in names.values()}
    unknown = sorted(stored.shapes.keys() - theirs)
    missing = [name for name, _ in names.values() if name not in stored.shapes]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        todo = nearest(missing[0], unknown) if unknown else "Give all of the model's tensors."
        raise DataError("E527", stored.where, f"tensor {missing[0]!r} is missing{more}", todo)
    if unknown:
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        found = f"the model has no tensor {unknown[0]!r}{more}"
        close = nearest(unknown[0], theirs)
        todo = close if close.startswith("Did") else "Check that it is this model's file."
        raise DataError("E528", stored.where, found, todo)


def translate(stored: Stored, names: Names, wanted: Mapping[str, Shape]) -> dict[str, Tensor]:
    """Return our tensors, read and moved one by one.

    Parameters
    ----------
    stored
        The source.
    names
        Our name -> their name and layout.
    wanted
        Our name -> our shape.

    Raises
    ------
    DataError
        A tensor is missing, unknown or of another shape, is no floating-point number, holds NaN or infinity,
        or is a variance below zero.
    """
    check_names(stored, names)
    for ours, (theirs, layout) in names.items():
        found, needed = tuple(stored.shapes[theirs]), their_shape(layout, wanted[ours])
        if found != needed:
            raise DataError(
                "E529",
                stored.where,
                f"tensor {theirs!r} has shape {found}, the other tensors need {needed}",
                "Check that all of it is one model's.",
            )
    return {
        ours: sound(our_tensor(layout, stored.load(theirs)), ours, stored.where, theirs)
        for ours, (theirs, layout) in names.items()
    }


def sound(tensor: Tensor, ours: str, where: str, name: str) -> Tensor:
    """Return the tensor if a model can compute with it.

    Parameters
    ----------
    tensor
        Values in our layout.
    ours
        Our name of it, which tells the variances.
    where, name
        The source and its own name of the tensor, for messages.

    Raises
    ------
    DataError
        It is no floating-point number, holds NaN or infinity, or is a variance below zero.
    """
    if not tensor.is_floating_point():
        raise DataError("E530", where, f"tensor {name!r} is of {tensor.dtype}", "Weights are floating-point.")
    if not bool(torch.isfinite(tensor).all()):
        raise DataError("E530", where, f"tensor {name!r} holds NaN or infinity", "Give sound weights.")
    if ours.endswith(".running_var") and bool((tensor < 0).any()):
        found = f"tensor {name!r} is a variance and holds {float(tensor.min()):.3g}"
        raise DataError("E530", where, f"{found}, below zero", "Give sound weights.")
    return tensor
