"""Layouts of a tensor, written as in einsum: theirs ``>`` ours, as in ``wio>oiw``.

An axis ``1`` of theirs has one element and is dropped.
"""

import torch
from torch import Tensor


def our_shape(layout: str, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return our shape of a tensor of theirs; None where its axes are not those of the layout."""
    theirs, ours = layout.split(">")
    if len(theirs) != len(shape) or any(a == "1" and n != 1 for a, n in zip(theirs, shape, strict=True)):
        return None
    sizes = dict(zip(theirs, shape, strict=True))
    return tuple(sizes[axis] for axis in ours)


def their_shape(layout: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return their shape of a tensor of ours."""
    theirs, ours = layout.split(">")
    sizes = dict(zip(ours, shape, strict=True)) | {"1": 1}
    return tuple(sizes[axis] for axis in theirs)


def our_tensor(layout: str, tensor: Tensor) -> Tensor:
    """Return a tensor of theirs in our layout: contiguous, and in float32 where it is a number of less."""
    theirs, ours = layout.split(">")
    kept = [axis for axis in theirs if axis != "1"]
    tensor = tensor.reshape([n for axis, n in zip(theirs, tensor.shape, strict=True) if axis != "1"])
    tensor = tensor.permute([kept.index(axis) for axis in ours])
    dtype = torch.float32 if tensor.is_floating_point() else tensor.dtype
    return tensor.to(dtype).contiguous()
