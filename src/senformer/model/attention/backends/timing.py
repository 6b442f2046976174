"""How long a backend takes for a call of this shape, on a GPU."""

import contextlib
import statistics
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import torch
from torch import Tensor

from senformer.model.attention.backends.base import Backend, Call

# Calls before timing (the first compiles), and timed ones.
_WARM, _TIMED = 2, 5


def measure(backend: Backend, call: Call) -> float:
    """Return the median seconds of forward, and backward where gradients are wanted.

    Parameters
    ----------
    backend
        One that can compute ``call``.
    call
        Its shapes and plans; operands are replaced by random ones, dropout is left out.

    Notes
    -----
    In a thread of its own: gradients of a layer that runs again on the way back are recorded by the calling
    thread, and the measurement must leave no trace in that record. Randomness: a generator of its own.
    """
    wants_gradients = call.needs_gradients
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(_measure, backend, call, wants_gradients).result()


def _measure(backend: Backend, call: Call, wants_gradients: bool) -> float:
    on_device = torch.cuda.device(call.device) if call.device.type == "cuda" else contextlib.nullcontext()
    with on_device, torch.set_grad_enabled(wants_gradients):
        run = _work(backend, random_call(call, wants_gradients))
        for _ in range(_WARM):
            run()
        return statistics.median(_seconds(run, call.device) for _ in range(_TIMED))


def random_call(call: Call, wants_gradients: bool) -> Call:
    """Return a call of the same shape with random operands and no dropout."""
    generator = torch.Generator(device=call.device).manual_seed(0)

    def like(x: Tensor) -> Tensor:
        drawn = torch.randn(x.shape, generator=generator, device=x.device, dtype=torch.float32)
        return (drawn * x.shape[-1] ** -0.25).to(x.dtype).requires_grad_(wants_gradients)

    return replace(
        call,
        query=like(call.query),
        content_bias=like(call.content_bias),
        position_bias=like(call.position_bias),
        key=like(call.key),
        value=like(call.value),
        relative=like(call.relative) if isinstance(call.relative, Tensor) else call.relative,
        dropout=0.0,
    )


def _work(backend: Backend, call: Call) -> Callable[[], None]:
    operands = (call.query, call.content_bias, call.position_bias, call.key, call.value, call.relative)
    wanted = [x for x in operands if isinstance(x, Tensor) and x.requires_grad]
    grad = torch.ones_like(call.value)

    def run() -> None:
        out = backend.run(call)
        if wanted:
            torch.autograd.grad(out, wanted, grad)

    return run


def _seconds(run: Callable[[], None], device: torch.device) -> float:
    stream = torch.cuda.current_stream(device)
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record(stream)
    run()
    end.record(stream)
    end.synchronize()
    return start.elapsed_time(end) / 1000
