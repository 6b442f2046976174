"""How much memory there is to measure in."""

import os
from pathlib import Path

import torch

_MEMINFO = Path("/proc/meminfo")
_CGROUP = Path("/sys/fs/cgroup")
_SHARE = 0.92


def total_bytes() -> int:
    """Return the machine's main memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _free_in_group() -> int | None:
    """Return what a container's limit leaves, or None where there is no limit."""
    try:
        limit = (_CGROUP / "memory.max").read_text(encoding="ascii").strip()
        used = int((_CGROUP / "memory.current").read_text(encoding="ascii"))
    except OSError:
        return None
    return None if limit == "max" else int(limit) - used


def available_bytes(device: str) -> int:
    """Return what a new process may take on ``device`` without harm to others."""
    if device != "cpu":
        return int(torch.cuda.mem_get_info(device)[0] * _SHARE)
    free = total_bytes()
    if _MEMINFO.exists():
        lines = _MEMINFO.read_text(encoding="ascii").splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    group = _free_in_group()
    return int((free if group is None else min(free, group)) * _SHARE)
