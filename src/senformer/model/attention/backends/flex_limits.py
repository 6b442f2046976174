"""What FlexAttention can be asked for, and in which sizes its kernel runs."""

import re
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor

from senformer.model.attention.backends.base import Call

# The first release whose kernel gives gradients of what is added to scores.
_FIRST_TORCH = (2, 7)
# Tables of (block, block) numbers: 64 MB each at the most.
MOST_BLOCKS = 4096
# The kernel counts in 32 bits.
_MOST_ELEMENTS = 2**31 - 1
# The kernel's own blocks are powers of two that divide the pattern's; its backward pass needs 32.
_KERNEL_BLOCK, _LARGEST_BLOCK = 32, 64
_WIDTHS = (16, 256)


def why_not(call: Call) -> str | None:
    """Return why FlexAttention cannot compute ``call``, in a few words; None where it can."""
    for reason in (_torch_reason, _call_reason, _device_reason, _size_reason):
        found = reason(call)
        if found:
            return found
    return None


def _release() -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", torch.__version__)[:2])


def _torch_reason(call: Call) -> str | None:
    if _release() < _FIRST_TORCH:
        return f"torch {torch.__version__} is older than {'.'.join(map(str, _FIRST_TORCH))}"
    return None


def _call_reason(call: Call) -> str | None:
    if call.dropout:
        return "the kernel has no dropout of attention weights"
    if call.layout.n_tokens:
        return "the layer has learned tokens"
    if any(len(plan.pattern.global_bins) for plan in call.plans):
        return "the batch names global bins"
    if not isinstance(call.relative, Tensor):
        return "the window is too long for its relative keys to be kept whole"
    if not any(plan.sparse_blocks for plan in call.plans):
        return "every bin sees every bin, so relative logits would be quadratic"
    return None


def _device_reason(call: Call) -> str | None:
    kind = call.device.type
    if kind == "cpu":
        return "a CPU computes no gradients by it" if call.needs_gradients else None
    if kind != "cuda":
        return f"no kernel for {kind}"
    if find_spec("triton") is None:
        return "Triton, which torch compiles it with, is not installed"
    if torch.cuda.get_device_capability(call.device) < (8, 0):
        return "the GPU is older than Ampere (compute capability 8.0)"
    if call.query.dtype == torch.float64:
        return "the kernel does not compute in float64"
    return None


def _size_reason(call: Call) -> str | None:
    layout, heads = call.layout, call.query.shape[0] * call.query.shape[1]
    if layout.n_blocks > MOST_BLOCKS:
        return f"more than {MOST_BLOCKS:,} blocks"
    most = max(len(plan.pattern.pairs) for plan in call.plans)
    if heads * most * layout.block**2 > _MOST_ELEMENTS:
        return "more relative logits than 32 bits can count"
    if call.device.type == "cpu":
        return None
    if layout.block % _KERNEL_BLOCK:
        return f"blocks of {layout.block} bins are no multiple of {_KERNEL_BLOCK}"
    low, high = _WIDTHS
    for width in (call.query.shape[-1], call.value.shape[-1]):
        if not low <= width <= high:
            return f"keys or values of width {width} are not between {low} and {high}"
    return None


def kernel_options(call: Call) -> dict[str, Any]:
    """Return the sizes of the forward kernel; those of the backward kernel are tuned by torch."""
    block = call.layout.block
    # In float32 a value of 192 fills registers and fast memory twice as soon.
    largest = _KERNEL_BLOCK if call.query.dtype == torch.float32 else _LARGEST_BLOCK
    size = min(largest, block & -block)
    return {"BLOCK_M": size, "BLOCK_N": size, "FORCE_USE_FLEX_ATTENTION": True}
