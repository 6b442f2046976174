"""What was measured on: enough to compare two results, nothing that names the machine."""

import datetime
import os
import platform
from pathlib import Path
from typing import Any

import torch

from senformer.core.provenance import make_record
from senformer.workflow.measure.memory import total_bytes


def _cpu_model() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def describe_machine(device: str, threads: int | None) -> dict[str, Any]:
    """Return processor, memory, device and versions; no host name, no path.

    Parameters
    ----------
    device
        ``cpu`` or ``cuda``.
    threads
        Threads of a CPU operation; None takes torch's own choice.
    """
    record = make_record("bench")
    name = _cpu_model() if device == "cpu" else torch.cuda.get_device_name(device)
    return {
        "cpu": _cpu_model(),
        "architecture": platform.machine(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "threads": threads or torch.get_num_threads(),
        "memory_bytes": total_bytes(),
        "device": device,
        "device_name": name,
        "system": platform.system(),
        "versions": record["versions"],
        "commit": record["commit"],
        "dirty": record["dirty"],
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }
