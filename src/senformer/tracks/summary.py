"""A signal file's own account of its values: what a check can know without reading them."""

import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

_BIGWIG = struct.Struct("<Qdddd")


@dataclass(frozen=True)
class Summary:
    """Covered bases, and smallest value, largest value, sum and sum of squares over them."""

    n_covered_bp: int
    smallest: float
    largest: float
    total: float
    squares: float


@runtime_checkable
class Summarized(Protocol):
    """A reader whose file keeps such an account."""

    def summary(self) -> Summary | None:
        """Return the account, or None where this file has none."""
        ...


def read_bigwig_summary(path: Path, offset: int) -> Summary | None:
    """Return the total summary of a bigWig file (Kent et al. 2010, supplement), which starts at ``offset``.

    None where the file has none (``offset`` 0, version 1).
    """
    if not offset:
        return None
    with path.open("rb") as handle:
        handle.seek(offset)
        content = handle.read(_BIGWIG.size)
    if len(content) < _BIGWIG.size:
        return None
    n_covered, smallest, largest, total, squares = _BIGWIG.unpack(content)
    # libBigWig starts its maximum at the smallest positive number, so that a file below 0 keeps it.
    largest = 0.0 if largest == sys.float_info.min else largest
    return Summary(n_covered, smallest, largest, total, squares)
