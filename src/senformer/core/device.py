"""Which device and precision a run uses, decided once and said aloud."""

import contextlib
from collections.abc import Iterator

import torch

from senformer.core.errors import DeviceError
from senformer.core.tables import choose

PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def pick_device(name: str = "auto") -> torch.device:
    """Return the device called ``name``; ``auto`` takes CUDA where there is one.

    Raises
    ------
    DeviceError
        It is neither ``cpu`` nor ``cuda``, or is not on this machine.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as fault:
        raise DeviceError("E901", f"device {name!r}", "no such kind of device", "Use cpu or cuda.") from fault
    if device.type not in ("cpu", "cuda"):
        raise DeviceError("E901", f"device {name!r}", "this kind is not supported", "Use cpu or cuda.")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise DeviceError(
            "E902",
            f"device {name!r}",
            f"this machine has {torch.cuda.device_count()} CUDA devices",
            "Use cpu.",
        )
    return device


def has_fast_bf16(device: torch.device) -> bool:
    """Say whether ``device`` multiplies bfloat16 in hardware."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    flags = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return bool(flags.get("avx512_bf16") or flags.get("amx_bf16"))


def pick_dtype(precision: str, device: torch.device) -> torch.dtype:
    """Return the dtype of matrix products: a name in :data:`PRECISIONS`, or ``auto`` (bf16 in hardware).

    Raises
    ------
    ConfigError
        No precision has this name.
    """
    if precision == "auto":
        precision = "bf16" if has_fast_bf16(device) else "fp32"
    return choose(PRECISIONS, precision, "precision")


@contextlib.contextmanager
def without_tf32() -> Iterator[None]:
    """Switch TF32 off inside the block, then restore what was set."""
    backends = (torch.backends.cudnn, torch.backends.cuda.matmul)
    found = [backend.allow_tf32 for backend in backends]
    try:
        for backend in backends:
            backend.allow_tf32 = False
        yield
    finally:
        for backend, allowed in zip(backends, found, strict=True):
            backend.allow_tf32 = allowed
