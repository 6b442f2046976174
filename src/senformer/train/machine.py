"""The machine as a run needs it, left as it was found afterwards."""

import contextlib
import os
import warnings
from collections.abc import Iterator, Sequence

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState, GradientState

from senformer.core.device import without_tf32
from senformer.model.moments import n_processes
from senformer.train.config import TrainConfig


@contextlib.contextmanager
def torch_settings(config: TrainConfig, device: torch.device) -> Iterator[None]:
    """Set threads, determinism and device of the run; give back these and the global random state."""
    threads, deterministic = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    with contextlib.ExitStack() as stack:
        cuda: Sequence[int] = range(torch.cuda.device_count()) if device.type == "cuda" else ()
        if cuda and n_processes() > 1:
            # To look at the others' would take memory of theirs.
            cuda = [device.index]
        stack.enter_context(torch.random.fork_rng(devices=cuda))
        if cuda:
            stack.enter_context(torch.cuda.device(device))
        try:
            if config.threads is not None:
                torch.set_num_threads(config.threads)
            if config.deterministic:
                # cuBLAS reads it when its first handle is made.
                os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
                torch.use_deterministic_algorithms(True)
            yield
        finally:
            torch.set_num_threads(threads)
            torch.use_deterministic_algorithms(deterministic)


@contextlib.contextmanager
def accelerator(device: torch.device, dtype: torch.dtype) -> Iterator[Accelerator]:
    """Yield an Accelerator for this process; its process-wide state is dropped afterwards.

    float32 means all of its 24 bits inside: TF32, the default of CUDA convolutions, is off.
    """
    was_there = bool(AcceleratorState._shared_state)
    threads = torch.get_num_threads()
    with without_tf32() if dtype == torch.float32 else contextlib.nullcontext():
        try:
            with warnings.catch_warnings():
                # Of several processes on a CPU it sets the threads by itself, and says so.
                warnings.filterwarnings("ignore", message="OMP_NUM_THREADS")
                found = Accelerator(
                    cpu=device.type == "cpu", mixed_precision="bf16" if dtype == torch.bfloat16 else "no"
                )
            torch.set_num_threads(threads)
            yield found
        finally:
            if not was_there:
                AcceleratorState._reset_state(reset_partial_state=True)
                GradientState._reset_state()
