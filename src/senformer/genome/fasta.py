"""Reading a genome: FASTA, plain or bgzip, by position.

The one place that opens FASTA files. Bases come as codes (A, C, G, T, N = 0..4), and every string that
htslib returns is checked for its exact number of letters.
"""

import contextlib
import logging
import os
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pysam
from jaxtyping import UInt8

from senformer.core.commit import write_bytes
from senformer.core.errors import DataError
from senformer.core.shapes import N_CODE
from senformer.core.wording import counted
from senformer.genome.bgzf import is_bgzf, is_gzip
from senformer.genome.chromosomes import show_names
from senformer.genome.fasta_index import Index, compare, damage_errors, prepare_index, read_blocks, scan_file
from senformer.genome.fasta_scan import Contig
from senformer.genome.files import Identity, cache_lock, cached_path, identity, local_file
from senformer.genome.interval import Interval
from senformer.genome.sequence import count_iupac, encode

_LOG = logging.getLogger(__name__)


class FastaReader:
    """Bases of a genome by position; made by :func:`open_fasta`.

    A handle belongs to one process: after a fork, or when unpickled, the file is opened anew. If the
    file changes while the reader lives, reading stops with an error. Threads take turns.

    Attributes
    ----------
    path
        The file, as given.
    chrom_sizes
        Length of every contig in bp, in the order of the file.
    iupac_counts
        How often each letter for an uncertain base was read as N so far, in this process.
    """

    def __init__(self, path: Path, data: Path, index: Index) -> None:
        self.path = path
        self.chrom_sizes = {contig.name: contig.length for contig in index.contigs}
        self.iupac_counts: Counter[str] = Counter()
        self._data, self._index = data, index
        self._files = (Path(os.path.abspath(path)), data)  # the folder may be changed later
        self._identities = _identities(self._files)
        self._checksums = index.checksums()
        self._forget()

    def __repr__(self) -> str:
        return f"FastaReader({str(self.path)!r}, {counted(len(self.chrom_sizes), 'contig')})"

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in vars(self).items() if key not in {"_handle", "_lock", "_pid"}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._forget()

    def _forget(self) -> None:
        self._handle: pysam.FastaFile | None = None
        self._pid = os.getpid()
        # A lock that another thread held at the fork would stay locked for ever in the child.
        self._lock = threading.Lock()

    def _open(self) -> pysam.FastaFile:
        with damage_errors(str(self._index.fai)):
            is_changed = self._index.checksums() != self._checksums
        if is_changed:
            self._refuse_change(str(self._index.fai))
        gzi = self._index.gzi
        with quiet_htslib(), damage_errors(str(self.path)):
            return pysam.FastaFile(
                str(self._data),
                filepath_index=str(self._index.fai),
                filepath_index_compressed=None if gzi is None else str(gzi),
            )

    def _refuse_change(self, where: str) -> None:
        todo = "Start again, and leave the file alone meanwhile."
        raise DataError("E209", where, "the file changed while it was being read", todo)

    def _read(self, chrom: str, start: int, end: int) -> bytes:
        if self._pid != os.getpid():
            self._forget()
        if _identities(self._files) != self._identities:
            self._refuse_change(str(self.path))
        with self._lock:
            if self._handle is None:
                self._handle = self._open()
            with quiet_htslib(), damage_errors(str(self.path)):
                try:
                    return self._handle.fetch(chrom, start, end).encode("latin-1")
                except (ValueError, UnicodeError) as fault:  # htslib read nothing, or no text
                    for _ in read_blocks(self._data, str(self.path)):
                        pass  # htslib hides why; where the disk fails, or a checksum, this says so
                    raise EOFError(f"{chrom}:{start}-{end} cannot be read") from fault

    def _check_inside(self, chrom: str, start: int, end: int) -> None:
        size = self._size(chrom)
        if not 0 <= start < end <= size:
            where = f"{self.path} {chrom}:{start}-{end} (0-based)"
            found = f"lies not inside {chrom}, which has {size:,} bp"
            raise DataError("E208", where, found, "Cut the interval, or check the assembly.")

    def _size(self, chrom: str) -> int:
        if chrom not in self.chrom_sizes:
            found = f"the genome has no chromosome {chrom!r}"
            raise DataError("E208", str(self.path), found, f"It has {show_names(self.chrom_sizes)}.")
        return self.chrom_sizes[chrom]

    def fetch(self, chrom: str, start: int, end: int) -> UInt8[np.ndarray, " base"]:
        """Return the codes of a stretch that lies inside its chromosome.

        Parameters
        ----------
        chrom
            Exact name, a member of ``chrom_sizes``.
        start, end
            0-based half-open, in bp.

        Raises
        ------
        DataError
            The stretch leaves the chromosome or is empty (E208), the file changed (E209), or holds a
            letter that is no base (E205).
        """
        text = self.letters(chrom, start, end)
        where = f"{self.path} {chrom}:{start}-{end} (0-based)"
        try:
            codes = encode(text)
        except ValueError as fault:
            raise DataError("E205", where, f"{fault}: this is not DNA", "Give a genome.") from fault
        if codes.max() == N_CODE:
            self.iupac_counts += count_iupac(text)
        return codes

    def letters(self, chrom: str, start: int, end: int) -> bytes:
        """Return the letters of a stretch as the file has them, soft-masked ones in lower case.

        Parameters and errors are those of :meth:`fetch`, but for letters that are no base.
        """
        self._check_inside(chrom, start, end)
        text = self._read(chrom, start, end)
        if len(text) != end - start or not text.isalpha():
            found = f"{len(text):,} letters and other bytes came back for {end - start:,} bases"
            todo = f"The file is not what its index describes: remove {self._index.fai} and open it again."
            raise DataError("E207", f"{self.path} {chrom}:{start}-{end} (0-based)", found, todo)
        return text

    def fetch_padded(self, interval: Interval) -> tuple[UInt8[np.ndarray, " base"], int, int]:
        """Return the codes of an interval that may hang over the ends of its chromosome.

        Returns
        -------
        The codes, N beyond the ends; and the bases padded left and right, in bp.

        Raises
        ------
        DataError
            As :meth:`fetch`; also where the interval shares no base with the chromosome.
        """
        size = self._size(interval.chrom)
        left, right = max(0, -interval.start), max(0, interval.end - size)
        if left + right >= interval.width:
            self._check_inside(interval.chrom, interval.start, interval.end)
        codes = np.full(interval.width, N_CODE, np.uint8)
        inside = slice(left, interval.width - right)
        codes[inside] = self.fetch(interval.chrom, interval.start + left, interval.end - right)
        return codes, left, right

    @property
    def fai(self) -> Path:
        """The index that is in use."""
        return self._index.fai

    @property
    def is_unpacked(self) -> bool:
        """Whether the bases come from a copy in the cache: the file itself is plain gzip."""
        return self._data != self._files[0]

    def check(self) -> list[Contig]:
        """Scan the whole file: every line, every letter, every checksum of bgzip.

        Returns
        -------
        Every contig in the order of the file: length, number of N, letters that read as N.

        Raises
        ------
        DataError
            Anything that is no well-formed FASTA of DNA (E202 to E206), or not what the index says
            (E207).

        Notes
        -----
        About a second for 250 Mb.
        """
        found = scan_file(self._data, str(self.path))
        compare(self._index.contigs, found, self._index.fai)
        return found


def open_fasta(path: str | os.PathLike) -> FastaReader:
    """Open a genome: FASTA, plain, bgzip or gzip.

    Indexes are proven, or made where missing: beside the file, or in the cache where the folder is
    read-only. Plain gzip cannot be read by position, so it is unpacked once into the cache
    (``$SENFORMER_CACHE``, else ``~/.cache/senformer``), and the log says where.

    Raises
    ------
    MissingInputError
        A URL (E200), or a file that is missing or unreadable (E201).
    DataError
        No well-formed FASTA of DNA (E202 to E206), or an index of another file (E207).
    """
    path = local_file(path, "E201")
    data = Path(os.path.abspath(path))
    with damage_errors(str(path)):
        is_plain_gzip = is_gzip(data) and not is_bgzf(data)
    if is_plain_gzip:
        data = _unpack(data, str(path))
    return FastaReader(path, data, prepare_index(data, str(path)))


def _identities(paths: Iterable[Path]) -> list[Identity | None]:
    return [identity(path) for path in dict.fromkeys(paths)]


@contextlib.contextmanager
def quiet_htslib() -> Iterator[None]:
    """Keep htslib from printing its own messages; ours say more."""
    before = pysam.set_verbosity(0)
    try:
        yield
    finally:
        pysam.set_verbosity(before)


def _unpack(data: Path, where: str) -> Path:
    """Return the unpacked copy of a gzip file in the cache; made where missing."""
    cached = cached_path(data, ".fa")
    with cache_lock(cached):
        if not cached.is_file():
            write_bytes(cached, read_blocks(data, where))
            _LOG.warning(
                "%s is gzip, not bgzip: unpacked into %s. Make it with bgzip to spare this.", where, cached
            )
    return cached
