"""The arithmetic that a precision stands for: autocast below fp32, and true fp32 where fp32 is asked for."""

import contextlib
from collections.abc import Iterator

import torch

from senformer.core.device import without_tf32


@contextlib.contextmanager
def arithmetic(device: torch.device, dtype: torch.dtype) -> Iterator[None]:
    """Compute matrix products and convolutions in ``dtype`` inside the block.

    float32 also switches off TF32, which CUDA convolutions use by default and which has 10 bits of
    mantissa; the process's setting is restored.
    """
    with contextlib.ExitStack() as stack:
        is_full = dtype == torch.float32
        half = None if is_full else dtype
        stack.enter_context(torch.autocast(device.type, dtype=half, enabled=not is_full))
        if is_full and device.type == "cuda":
            stack.enter_context(without_tf32())
        yield
