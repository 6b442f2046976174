"""Read bigWig files, strictly.

The library answers NaN outside a chromosome, cannot tell a stored NaN from an uncovered base, adds up
overlapping values and panics on damage; here each of these has one plain answer.
"""

import contextlib
import functools
import io
import math
import os
import resource
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pybigtools
from jaxtyping import Float32, Float64

from senformer.core.errors import DataError
from senformer.genome.files import Identity, identity, read_failure
from senformer.tracks.bigwig_blocks import Damage, read_parts
from senformer.tracks.bigwig_header import BigWigHeader, local_file, read_header
from senformer.tracks.bigwig_index import find_index_fault
from senformer.tracks.options import Options, parse_options
from senformer.tracks.quiet import STDERR, quiet
from senformer.tracks.reader import Totals
from senformer.tracks.runs import Runs, cut_runs
from senformer.tracks.summary import Summary, read_bigwig_summary

# The library answers for one stretch in float64: pieces keep a 250-Mb chromosome from taking gigabytes.
_PIECE_BP = 1 << 22
_LONGEST_BP = 2**31 - 1
# Datasets read track after track, block after block: fewer open files than tracks would mean that none is
# ever found open. So as many stay open as half of what the system allows a process (1,024 by default).
_ALLOWED_FILES = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
_OPEN_FILES = None if _ALLOWED_FILES == resource.RLIM_INFINITY else _ALLOWED_FILES // 2


class _File(io.FileIO):
    """A file that is closed with its last user, which is what dropping a handle means here."""

    def __del__(self) -> None:
        self.close()


@functools.lru_cache(maxsize=_OPEN_FILES)
def _handle(path: Path, stamp: Identity | None, pid: int, thread: int) -> Any:
    """Return an open file of this process and thread; the least used is closed when there are many."""
    # Through a Python file: by name the library takes some endings only and hides why it cannot open.
    # The cost is the same.
    return pybigtools.open(_File(path))


@contextlib.contextmanager
def _named(where: str) -> Iterator[None]:
    """Turn whatever the library throws, panics too, into one error that names the file."""
    try:
        with quiet(STDERR):
            yield
    except OSError as fault:
        raise read_failure(where, fault) from fault
    except BaseException as fault:
        panic = type(fault).__name__ == "PanicException"  # derives from BaseException
        if isinstance(fault, MemoryError) or not (panic or isinstance(fault, Exception)):
            raise
        raise _damaged(where, _plain_words(str(fault))) from fault


# What the library says of damage, which is Rust's, and what it means; the original goes on as the cause.
_MEANINGS = (
    ("BadData", "a block of it cannot be unpacked"),
    ("InsufficientSpace", "a block of it is larger than its header says"),
    ("failed to fill whole buffer", "a part of it ends too early"),
    ("not a bigWig", "its header is not readable"),
)


def _plain_words(said: str) -> str:
    return next((meaning for sign, meaning in _MEANINGS if sign in said), "its parts contradict each other")


def _damaged(where: str, why: str) -> DataError:
    return DataError("E327", where, f"is damaged ({why})", "Copy it anew from its source.")


@dataclass(frozen=True)
class BigWigReader:
    """An open bigWig file; see :class:`senformer.tracks.reader.TrackReader`.

    It holds no handle of its own, so it can be pickled and used after a fork.

    Attributes
    ----------
    path
        The file.
    chrom_sizes
        Chromosomes that the file lists, with their lengths in bp.
    header
        The fixed part of the file.
    stamp
        Size, time of writing and inode when it was opened.
    """

    path: Path
    chrom_sizes: dict[str, int]
    header: BigWigHeader
    stamp: Identity | None

    def values(
        self, chrom: str, start: int, end: int, uncovered: float = math.nan
    ) -> Float32[np.ndarray, " base"]:
        """Return the signal at every base of ``[start, end)``; see the protocol."""
        self._refuse_outside(chrom, start, end)
        if self.header.is_empty:
            return np.full(end - start, uncovered, dtype=np.float32)
        found = np.empty(end - start, dtype=np.float32)
        for first in range(start, end, _PIECE_BP):
            last = min(first + _PIECE_BP, end)
            found[first - start : last - start] = self._piece(chrom, first, last, uncovered)
        return found

    def scan(self) -> dict[str, Totals]:
        """Read the whole file once; see the protocol.

        The covered bases must add up to what the file's own summary says: a damaged index hides blocks
        without any other sign.
        """
        if self.header.is_empty:
            return {chrom: Totals(0, 0.0) for chrom in self.chrom_sizes}
        self.check()
        found = {chrom: self._totals(chrom, size) for chrom, size in self.chrom_sizes.items()}
        covered = sum(totals.n_covered_bp for totals in found.values())
        if self.header.n_covered_bp not in (None, covered):
            raise _damaged(
                str(self.path), f"{covered} bases are covered, its summary says {self.header.n_covered_bp}"
            )
        return found

    def summary(self) -> Summary | None:
        """Return the file's own account of its values, or None where it keeps none."""
        return read_bigwig_summary(self.path, self.header.summary)

    def parts(self, chrom: str, start: int, end: int) -> Iterator[Runs]:
        """Yield the runs of ``[start, end)``; see :class:`senformer.tracks.runs.RunReader`."""
        self._refuse_outside(chrom, start, end)
        self._refuse_changed()
        if self.header.is_empty:
            return
        last = 0
        try:
            for runs in read_parts(self.path, self.stamp, self.header, chrom, start, end):
                met = np.flatnonzero(runs.starts[1:] < runs.ends[:-1]) + 1
                if runs.starts[0] < last or len(met):
                    self._refuse_overlap(chrom, int(runs.starts[0 if runs.starts[0] < last else met[0]]))
                last = int(runs.ends[-1])
                yield cut_runs(runs, start, end)
        except Damage as fault:
            raise _damaged(f"{self.path} {chrom}:{start}-{end} (0-based)", str(fault)) from fault
        except OSError as fault:
            raise read_failure(str(self.path), fault) from fault

    def check(self) -> None:
        """Check the parts that tell where the signal lies, without reading it.

        Raises
        ------
        DataError
            The index is damaged.
        """
        if not self.header.is_empty:
            with _named(str(self.path)):
                fault = find_index_fault(self.path, self.header)
            if fault:
                raise _damaged(str(self.path), fault)

    def _totals(self, chrom: str, size: int) -> Totals:
        self._refuse_outside(chrom, 0, size)
        covered = self._count_covered(chrom, 0, size)
        total = float(self._ask(chrom, 0, size, bins=1, summary="sum", exact=True)[0])
        return Totals(covered, total if covered else 0.0)

    def _count_covered(self, chrom: str, start: int, end: int) -> int:
        covered = self._ask(chrom, start, end, bins=1, summary="bases_covered", exact=True)[0]
        if math.isnan(covered):
            raise _damaged(f"{self.path} {chrom}:{start}-{end} (0-based)", "a block holds no bases")
        return int(covered)

    def _piece(self, chrom: str, start: int, end: int, uncovered: float) -> Float64[np.ndarray, " base"]:
        found = self._ask(chrom, start, end)
        hollow = np.isnan(found)
        covered = self._count_covered(chrom, start, end)
        if covered == end - start - np.count_nonzero(hollow):  # no stored NaN, no base covered twice
            found[hollow] = uncovered
            return found
        depth = self._ask(chrom, start, end, bins=end - start, summary="bases_covered", exact=True)
        if depth.max() > 1:
            self._refuse_overlap(chrom, start + int(np.argmax(depth > 1)))
        found[hollow & (depth == 0)] = uncovered
        return found

    def _ask(self, chrom: str, start: int, end: int, **how: Any) -> Float64[np.ndarray, " value"]:
        where = f"{self.path} {chrom}:{start}-{end} (0-based)"
        self._refuse_changed()
        with _named(where):
            handle = _handle(self.path, self.stamp, os.getpid(), threading.get_ident())
            return handle.values(chrom, start, end, fillna=None, **how)

    def _refuse_overlap(self, chrom: str, place: int) -> NoReturn:
        raise DataError(
            "E329",
            f"{self.path} {chrom}:{place}-{place + 1} (0-based)",
            "the file holds several values for one base",
            "Write it anew without overlaps (bedtools merge, then bedGraphToBigWig).",
        )

    def _refuse_changed(self) -> None:
        if identity(self.path) != self.stamp:
            local_file(self.path)  # names a file that is gone
            raise DataError(
                "E328", str(self.path), "was changed or replaced after it was opened", "Run again."
            )

    def _refuse_outside(self, chrom: str, start: int, end: int) -> None:
        if chrom not in self.chrom_sizes:
            known = ", ".join([*self.chrom_sizes][:5])
            raise DataError(
                "E324", str(self.path), f"lists no chromosome {chrom!r} (it has {known})", "Check the names."
            )
        size = self.chrom_sizes[chrom]
        where = f"{self.path} {chrom}:{start}-{end} (0-based)"
        if not 0 <= start < end <= size:
            raise DataError(
                "E325", where, f"is no interval inside the chromosome of {size} bp", "Check the interval."
            )
        if size > _LONGEST_BP:
            raise DataError(
                "E330",
                where,
                f"the chromosome has {size} bp; up to {_LONGEST_BP} can be read",
                "Cut the chromosome into parts.",
            )


def open_bigwig(
    path: str | os.PathLike, chrom_sizes: Mapping[str, int] | None = None, options: str = ""
) -> BigWigReader:
    """Open a bigWig file.

    Parameters
    ----------
    path
        The file.
    chrom_sizes
        Not needed, for the file tells its own; as every opener takes them.
    options
        None is known.

    Raises
    ------
    MissingInputError
        The file is missing, a URL, a folder, or may not be read.
    DataError
        It is no bigWig, cut off, or damaged; an option is given.
    """
    local = local_file(path)
    parse_options(Options, options, str(local))
    stamp = identity(local)
    header = read_header(local)
    with _named(str(local)):
        chrom_sizes = dict(_handle(local, stamp, os.getpid(), threading.get_ident()).chroms())
    if not chrom_sizes or min(chrom_sizes.values()) < 1:
        raise _damaged(str(local), "it lists no chromosome, or one of 0 bp")
    if header.index == 0 and not header.is_empty:
        raise DataError(
            "E331", str(local), "holds zoom levels alone, no values at single bases", "Give the full bigWig."
        )
    return BigWigReader(local, chrom_sizes, header, stamp)
