"""How this process holds memory."""

import ctypes

# Parameters of glibc's mallopt (malloc.h).
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3


def keep_freed_memory() -> bool:
    """Let the process keep the memory that it frees, for the tensors to come; say whether it does.

    The C library hands blocks over 32 MiB back to the system at once, and the next tensor pays for fresh
    pages: measured at ten times the cost of an elementwise pass, and a fifth of a float32 training step.
    For programs that own their process (commands); it holds until the process ends. Only glibc knows it.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    largest = 2**31 - 1
    return mallopt is not None and bool(mallopt(_MMAP_THRESHOLD, largest) & mallopt(_TRIM_THRESHOLD, largest))
