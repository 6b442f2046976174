"""Write bigWig files from blocks of binned values.

The library writes the data, index and zoom levels. What it is given is checked first, for it hangs on an
empty interval and returns quietly from an overlap; what it wrote is read back, for it also returns
quietly from a failed write.
"""

import itertools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NoReturn

import numpy as np
import pybigtools
from jaxtyping import Float32

from senformer.core.commit import commit_file
from senformer.core.errors import DataError, MissingInputError, StorageError
from senformer.tracks.bigwig_chroms import list_all_chroms, write_empty
from senformer.tracks.bigwig_read import open_bigwig
from senformer.tracks.quiet import STDERR, STDOUT, quiet

Block = tuple[str, int, np.ndarray]
Entry = tuple[str, int, int, float]
_PROBE_BYTES = 1 << 20


def write_bigwig(
    path: str | os.PathLike, chrom_sizes: dict[str, int], blocks: Iterable[Block], bin_bp: int
) -> None:
    """Write a bigWig file that lists every chromosome, with or without values.

    Parameters
    ----------
    path
        Final name; an existing file is replaced in one step.
    chrom_sizes
        Chromosomes with their lengths in bp.
    blocks
        ``(chrom, start_bp, values per bin)``. All blocks of a chromosome follow one another, by start and
        without overlap. NaN is not written (that base is uncovered); equal neighbors become one entry; the
        last bin is cut at the chromosome's end.
    bin_bp
        Width of a bin in bp.

    Raises
    ------
    DataError
        A block is out of order, outside its chromosome, or holds an infinity.
    StorageError
        The disk is full or failed; nothing is left behind.
    """
    entries = _Entries(str(path), chrom_sizes, blocks, bin_bp)
    commit_file(path, lambda temporary: _write(temporary, entries))


class _Entries:
    """Blocks as checked entries, with a count of the bases written per chromosome.

    A fault inside the library's loop would be printed and lost, so it is kept and raised afterwards.
    """

    def __init__(self, where: str, chrom_sizes: dict[str, int], blocks: Iterable[Block], bin_bp: int) -> None:
        if bin_bp < 1:
            raise ValueError(f"a bin has at least 1 bp, not {bin_bp}")
        self.where, self.chrom_sizes, self.bin_bp = where, chrom_sizes, bin_bp
        self.blocks = blocks
        self.n_covered_bp: dict[str, int] = {}
        self.fault: BaseException | None = None

    def __iter__(self) -> Iterator[Entry]:
        try:
            yield from self._checked()
        except GeneratorExit:
            raise
        except BaseException as fault:  # noqa: BLE001 - raised by the caller, once the library has returned
            self.fault = fault

    def _checked(self) -> Iterator[Entry]:
        last, free = "", 0
        seen: set[str] = set()
        for chrom, start_bp, values in self.blocks:
            if chrom != last:
                if chrom in seen:
                    self._refuse(chrom, start_bp, "comes after another chromosome's blocks")
                seen.add(chrom)
                last, free = chrom, 0
            if start_bp < free:
                self._refuse(chrom, start_bp, f"begins before {free}, where the block before it ends")
            with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused
                values = np.asarray(values, dtype=np.float32)
            yield from self._entries_of(chrom, start_bp, values)
            free = start_bp + len(values) * self.bin_bp

    def _entries_of(self, chrom: str, start_bp: int, values: Float32[np.ndarray, " bin"]) -> Iterator[Entry]:
        if chrom not in self.chrom_sizes:
            self._refuse(chrom, start_bp, "is on a chromosome that is not listed")
        size = self.chrom_sizes[chrom]
        if len(values) and start_bp + (len(values) - 1) * self.bin_bp >= size:
            self._refuse(chrom, start_bp, f"reaches beyond the chromosome's {size} bp")
        if np.isinf(values).any():
            place = start_bp + int(np.argmax(np.isinf(values))) * self.bin_bp
            self._refuse(chrom, place, "holds an infinity")
        starts, ends, runs = _runs(values)
        first = start_bp + starts * self.bin_bp
        last = np.minimum(start_bp + ends * self.bin_bp, size)
        if len(first):
            self.n_covered_bp[chrom] = self.n_covered_bp.get(chrom, 0) + int((last - first).sum())
        for begin, end, value in zip(first.tolist(), last.tolist(), runs.tolist(), strict=True):
            yield chrom, begin, end, value

    def _refuse(self, chrom: str, start_bp: int, found: str) -> NoReturn:
        raise DataError(
            "E340",
            f"{self.where}: block at {chrom}:{start_bp} (0-based)",
            found,
            "Give sorted finite blocks.",
        )


def _runs(values: Float32[np.ndarray, " bin"]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return first bin, end bin and value of every run of equal values, NaN left out."""
    if not len(values):
        return np.zeros(0, np.int64), np.zeros(0, np.int64), values
    edges = np.flatnonzero(values[1:] != values[:-1]) + 1
    starts, ends = np.r_[0, edges], np.r_[edges, len(values)]
    kept = ~np.isnan(values[starts])
    return starts[kept], ends[kept], values[starts[kept]]


def _write(temporary: Path, entries: _Entries) -> None:
    stream = iter(entries)
    first = next(stream, None)
    if entries.fault is None and first is None:
        write_empty(temporary, entries.chrom_sizes)
        return
    named = temporary.with_name(temporary.name + ".bw")  # the library goes by the ending
    try:
        with quiet(STDOUT), quiet(STDERR):  # the library prints why it fails; what it prints is dropped
            if first is not None:
                _hand_over(named, entries, itertools.chain([first], stream))
            if entries.fault is not None:
                raise entries.fault
            _read_back(named, entries)
        list_all_chroms(named, entries.chrom_sizes)
        named.replace(temporary)
    finally:
        named.unlink(missing_ok=True)


def _hand_over(path: Path, entries: _Entries, stream: Iterator[Entry]) -> None:
    try:
        pybigtools.open(str(path), "w").write(entries.chrom_sizes, stream)
    except BaseException as fault:
        if type(fault).__name__ != "PanicException":  # derives from BaseException
            raise
        _probe(path)
        raise StorageError(
            "E803", entries.where, f"writing failed ({fault})", "Check the disk and run again."
        ) from fault


def _probe(path: Path) -> None:
    """Write on where the library gave up: a full disk then says so itself, which a panic does not."""
    with path.open("ab") as handle:  # allowed: a temporary of commit_file
        handle.write(bytes(_PROBE_BYTES))
        handle.flush()
        os.fsync(handle.fileno())


def _read_back(path: Path, entries: _Entries) -> None:
    """Refuse what was written unless every chromosome covers as many bases as were handed over."""
    try:
        found = {chrom: totals.n_covered_bp for chrom, totals in open_bigwig(path).scan().items()}
    except (DataError, MissingInputError) as fault:
        _probe(path)
        raise StorageError(
            "E803", entries.where, f"what was written cannot be read ({fault.found})", "Check the disk."
        ) from fault
    if found != entries.n_covered_bp:
        raise StorageError(
            "E803", entries.where, f"covers {found} bp, not {entries.n_covered_bp}", "Check the disk."
        )
