"""The reader of every format that is turned into runs once: bedGraph, peaks and BAM.

Such files do not tell how long chromosomes are; the genome does.
"""

import contextlib
import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from senformer.core.commit import remove
from senformer.core.errors import DataError
from senformer.genome.chromosomes import resolve_chromosome
from senformer.genome.files import Identity, cache_lock, cached_path, identity
from senformer.tracks.bigwig_header import local_file
from senformer.tracks.reader import Totals
from senformer.tracks.run_file import RunFile, is_run_file, open_run_file, write_run_file
from senformer.tracks.runs import Runs, cut_runs
from senformer.tracks.summary import Summary
from senformer.tracks.two_names import refuse_two_names

# Runs at a time, so that what is made of them stays in the cache of the processor.
_PART = 1 << 16

Parse = Callable[[Path, dict[str, Any]], Iterable[tuple[str, Runs]]]


@dataclass(frozen=True)
class RunTrack:
    """An open file whose runs lie in the cache; see :class:`senformer.tracks.reader.TrackReader`.

    It holds no handle, so it can be pickled and used after a fork.

    Attributes
    ----------
    path
        The file.
    chrom_sizes
        Chromosomes that it lists, with the genome's lengths in bp.
    stamp
        Size, time of writing and inode when it was opened.
    derived
        Where its runs are.
    facts
        What was noted while they were made: counts of what was left out, by name, and ``chrom_sizes``
        where the file tells them.
    """

    path: Path
    chrom_sizes: dict[str, int]
    stamp: Identity | None
    derived: Path
    facts: dict[str, Any]

    def values(
        self, chrom: str, start: int, end: int, uncovered: float = math.nan
    ) -> Float32[np.ndarray, " base"]:
        """Return the signal at every base of ``[start, end)``; see the protocol."""
        runs = self._cut(chrom, start, end)
        found = np.full(end - start, uncovered, dtype=np.float32)
        lengths = (runs.ends - runs.starts).astype(np.int64)
        before = np.cumsum(lengths) - lengths
        bases = np.arange(int(lengths.sum())) + np.repeat(runs.starts - start - before, lengths)
        found[bases] = np.repeat(runs.values, lengths)
        return found

    def parts(self, chrom: str, start: int, end: int) -> Iterator[Runs]:
        """Yield the runs of ``[start, end)``; see :class:`senformer.tracks.runs.RunReader`."""
        runs = self._cut(chrom, start, end)
        for lo in range(0, len(runs.starts), _PART):
            yield Runs(*(np.array(column[lo : lo + _PART]) for column in runs))

    def _cut(self, chrom: str, start: int, end: int) -> Runs:
        self._refuse_outside(chrom, start, end)
        self.check()
        try:
            every = self._open().runs(chrom)
        except ValueError as fault:
            remove(self.derived)
            found = f"its runs in the cache are damaged ({fault}); they were removed"
            raise DataError("E349", str(self.path), found, "Run again: they are made anew.") from fault
        return cut_runs(every, start, end)

    def check(self) -> None:
        """Refuse a file that has changed since it was opened; its content was checked whole before."""
        if identity(self.path) != self.stamp:
            local_file(self.path)  # names a file that is gone
            found = "was changed or replaced after it was opened"
            raise DataError("E328", str(self.path), found, "Run again.")

    def scan(self) -> dict[str, Totals]:
        """Return what the file holds per chromosome; it was read whole when it was opened first."""
        self.check()
        return {chrom: self._open().totals(chrom) for chrom in self.chrom_sizes}

    def summary(self) -> Summary | None:
        """Return sums over all values."""
        return self._open().summary()

    def _open(self) -> RunFile:
        try:
            return open_run_file(self.derived, identity(self.derived))
        except FileNotFoundError as fault:
            found = f"its runs ({self.derived}) were removed from the cache meanwhile"
            raise DataError("E349", str(self.path), found, "Run again.") from fault

    def _refuse_outside(self, chrom: str, start: int, end: int) -> None:
        if chrom not in self.chrom_sizes:
            known = ", ".join([*self.chrom_sizes][:5])
            found = f"lists no chromosome {chrom!r} (it has {known})"
            raise DataError("E324", str(self.path), found, "Check the names.")
        size = self.chrom_sizes[chrom]
        if not 0 <= start < end <= size:
            where = f"{self.path} {chrom}:{start}-{end} (0-based)"
            found = f"is no interval inside the chromosome of {size} bp"
            raise DataError("E325", where, found, "Check the interval.")


def open_runs(
    path: Path, how: str, parse: Parse, chrom_sizes: Mapping[str, int], *, unlisted: str = "error"
) -> RunTrack:
    """Open a file through its runs in the cache, which are made first where they are not there.

    Parameters
    ----------
    path
        A local file.
    how
        The format and all options that decide the runs.
    parse
        Yields every chromosome of the file with its runs, and notes facts; raises on any fault.
    chrom_sizes
        The genome's chromosomes with their lengths in bp, unless ``parse`` notes the file's own.
    unlisted
        ``zero``: a chromosome of the genome without a line is listed, and uncovered; ``error``: it is not
        listed.

    Raises
    ------
    DataError
        As ``parse``; an interval ends beyond its chromosome (E345); two names are one chromosome (E234); the
        file changed meanwhile (E328).
    OutputError
        The cache folder cannot be written.
    """
    stamp = identity(path)
    derived = cached_path(path, f".{hashlib.sha256(how.encode()).hexdigest()[:16]}.runs", "tracks")
    content = _find(path, stamp, derived, parse)
    own_sizes = content.facts.get("chrom_sizes")
    refuse_two_names(path, own_sizes or content.chroms, chrom_sizes, is_text=own_sizes is None)
    sizes = own_sizes or _sizes(path, content, chrom_sizes)
    if unlisted == "zero":
        listed = {resolve_chromosome(name, chrom_sizes) for name in sizes}
        sizes |= {chrom: size for chrom, size in chrom_sizes.items() if chrom not in listed}
        order = {chrom: place for place, chrom in enumerate(chrom_sizes)}
        place = {name: order.get(resolve_chromosome(name, chrom_sizes) or "", len(order)) for name in sizes}
        sizes = {name: sizes[name] for name in sorted(sizes, key=place.__getitem__)}
    return RunTrack(path, sizes, stamp, derived, content.facts)


def _find(path: Path, stamp: Identity | None, derived: Path, parse: Parse) -> RunFile:
    with contextlib.suppress(FileNotFoundError):
        return open_run_file(derived, identity(derived))
    with cache_lock(derived):
        if not is_run_file(derived):
            _make(path, stamp, derived, parse)
    return open_run_file(derived, identity(derived))


def _make(path: Path, stamp: Identity | None, derived: Path, parse: Parse) -> None:
    facts: dict[str, Any] = {}
    write_run_file(derived, parse(path, facts), facts)
    if identity(path) != stamp:
        remove(derived)
        raise DataError("E328", str(path), "was changed while it was read", "Run again.")


def _sizes(path: Path, content: RunFile, chrom_sizes: Mapping[str, int]) -> dict[str, int]:
    """Return the length of every chromosome of the file; of one that the genome lacks, its last end."""
    sizes = {}
    for name, head in content.chroms.items():
        chrom = resolve_chromosome(name, chrom_sizes)
        sizes[name] = max(head["last"], 1) if chrom is None else chrom_sizes[chrom]
        if head["last"] > sizes[name]:
            raise DataError(
                "E345",
                f"{path} {name}",
                f"its last interval ends at base {head['last']:,}, beyond the genome's {chrom} of "
                f"{sizes[name]:,} bp",
                "Give the genome that the signal was mapped to.",
            )
    return sizes


def sizes_known(path: Path, chrom_sizes: Mapping[str, int] | None) -> Mapping[str, int]:
    """Return the genome's lengths; refuse to read a file without them that does not tell its own."""
    if chrom_sizes is None:
        found = "does not tell how long its chromosomes are"
        raise DataError("E342", str(path), found, "Give the lengths of the genome's chromosomes with it.")
    return chrom_sizes
