"""The reads of a BAM file as runs of counts: one pass, each read counted or the reason noted."""

import errno
import gzip
import struct
import zlib
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pysam
from jaxtyping import Int64
from pydantic import Field

from senformer.core.errors import DataError
from senformer.genome.bgzf import check_end, is_bgzf
from senformer.genome.files import read_failure
from senformer.tracks.options import Options
from senformer.tracks.quiet import STDERR, quiet
from senformer.tracks.runs import Runs

# Not mapped, secondary, failed the sequencer's checks, duplicate, supplementary.
_EXCLUDED = 0x4 | 0x100 | 0x200 | 0x400 | 0x800


class BamOptions(Options):
    """What is counted of the reads of a BAM file.

    Attributes
    ----------
    ends
        ``5prime`` or ``3prime``: the base at that end of each read; ``reads``: every base that a read aligns
        to, deletions and introns left out; ``fragment``: every base from the first to the last of a proper
        pair, once a pair, which is judged by its left read.
    strand
        ``+``, ``-`` or ``both``: reads that align to this strand; fragments whose first read does.
    shift_plus, shift_minus
        By how many bases what is counted moves, to the right where above 0: of reads on the + strand, and
        on the - strand. 4 and -5 for ATAC-seq. Of a fragment the left end moves by the first, the right
        end by the second.
    min_mapq
        Reads of a lower mapping quality are left out.
    exclude_flags
        Reads with any of these bits are left out; by default those not mapped, secondary, supplementary,
        failed and duplicate (3844). 2820 counts duplicates; 3972 leaves out second reads of pairs.
    """

    ends: Literal["5prime", "3prime", "reads", "fragment"] = "5prime"
    strand: Literal["+", "-", "both"] = "both"
    shift_plus: int = Field(default=0, ge=-10_000, le=10_000)
    shift_minus: int = Field(default=0, ge=-10_000, le=10_000)
    min_mapq: int = Field(default=0, ge=0, le=254)
    exclude_flags: int = Field(default=_EXCLUDED, ge=0, le=0xFFF)


_INT = struct.Struct("<i")


@dataclass
class _Chromosome:
    """What has been counted of the chromosome that is being read: starts and ends of stretches."""

    number: int
    size: int
    starts: array = field(default_factory=lambda: array("q"))
    ends: array = field(default_factory=lambda: array("q"))

    def add(self, start: int, end: int, seen: Counter) -> None:
        """Count a stretch, cut to the chromosome."""
        was_empty = start >= end
        if not was_empty and (start < 0 or end > self.size):
            seen["n_cut" if end > 0 and start < self.size and end - start > 1 else "n_outside"] += 1
            start, end = max(start, 0), min(end, self.size)
        if start < end:
            self.starts.append(start)
            self.ends.append(end)
        elif was_empty:
            seen["n_empty"] += 1

    def runs(self) -> Runs:
        """Return how many stretches cover each base."""
        return depth_runs(*(np.frombuffer(column, dtype=np.int64) for column in (self.starts, self.ends)))


def depth_runs(starts: Int64[np.ndarray, " stretch"], ends: Int64[np.ndarray, " stretch"]) -> Runs:
    """Return how many of the stretches cover each base, as runs; none where no one does.

    Examples
    --------
    >>> [column.tolist() for column in depth_runs(np.array([0, 2, 4]), np.array([4, 3, 5]))]
    [[0, 2, 3], [2, 3, 5], [1.0, 2.0, 1.0]]
    """
    places, which = np.unique(np.concatenate([starts, ends]), return_inverse=True)
    steps = np.bincount(which, np.repeat([1, -1], len(starts)), len(places)).astype(np.int64)
    places, depth = places[steps != 0], np.cumsum(steps[steps != 0])
    covered = np.flatnonzero(depth[:-1] > 0)
    return Runs(places[covered], places[covered + 1], depth[covered].astype(np.float32))


def parse_bam(how: BamOptions, path: Path, facts: dict[str, Any]) -> Iterator[tuple[str, Runs]]:
    """Yield every chromosome that the header lists with its runs.

    ``facts`` gets ``chrom_sizes`` and counts: ``n_reads`` in the file, ``n_counted``, those left out by
    ``n_flags``, ``n_mapq``, ``n_strand`` and ``n_no_fragment``, and stretches that were ``n_cut`` at the end
    of a chromosome, fell ``n_outside`` of it, or that shifts left ``n_empty``.

    Raises
    ------
    DataError
        As :func:`senformer.tracks.bam.open_bam`.
    """
    _check_kind(path)
    before = pysam.set_verbosity(0)  # htslib's own messages; ours says it in one line
    seen: Counter = Counter()
    try:
        check_end(path)
        with quiet(STDERR):  # where it fails, what is left of it fails again, out loud
            opened = pysam.AlignmentFile(str(path), "rb", check_sq=False)
        with opened as handle:
            sizes = dict(zip(handle.references, handle.lengths, strict=True))
            if not sizes:
                raise DataError("E373", str(path), "lists no chromosome", "Give a BAM of aligned reads.")
            facts["chrom_sizes"] = sizes
            for number, runs in _count(how, path, handle, list(sizes.values()), seen):
                yield handle.references[number], runs
    except (OSError, EOFError, ValueError, zlib.error) as fault:
        where = f"{path} after read {seen['n_reads']:,}"
        if isinstance(fault, OSError) and fault.errno == errno.EIO:  # htslib sets others without a meaning
            raise read_failure(where, fault) from fault
        # Closing fails after a fault, too, and hides it.
        why = (fault.__context__ if "Closing failed" in str(fault) else None) or fault
        raise DataError("E371", where, f"is damaged or cut short ({why})", "Get it again.") from fault
    finally:
        pysam.set_verbosity(before)
    if not seen["n_counted"]:
        found = f"none of its {seen['n_reads']:,} reads is counted ({_reasons(seen)})"
        raise DataError("E374", str(path), found, "Check the options of the track.")
    facts.update(seen)


def _reasons(seen: Counter) -> str:
    return (
        ", ".join(f"{key.removeprefix('n_')} {n:,}" for key, n in seen.items() if key != "n_reads") or "none"
    )


def _check_kind(path: Path) -> None:
    with path.open("rb") as handle:
        head = handle.read(4)
    kind = "is CRAM, which is not read" if head == b"CRAM" else "is no BAM file"
    if is_bgzf(path):
        try:
            with gzip.open(path) as handle:
                if handle.read(4) == b"BAM\1":
                    _walk_header(handle)
                    return
        except (OSError, EOFError, zlib.error, struct.error) as fault:
            found = f"is damaged or cut short ({fault})"
            raise DataError("E371", str(path), found, "Get it again.") from fault
    raise DataError("E370", str(path), kind, "Convert it (samtools sort -o reads.bam).")


def _walk_header(handle: gzip.GzipFile) -> None:
    """Read the header to its end and a block more, so that checksums are seen: htslib fails loudly here."""
    (n_text,) = _INT.unpack(handle.read(4))
    text = handle.read(max(n_text, 0))
    (n_chroms,) = _INT.unpack(handle.read(4))
    if len(text) != n_text:
        raise EOFError("its header is cut short")
    for _ in range(n_chroms):
        (n_name,) = _INT.unpack(handle.read(4))
        handle.read(max(n_name, 0))
        _INT.unpack(handle.read(4))
    handle.read(1 << 16)


def _count(
    how: BamOptions, path: Path, handle: pysam.AlignmentFile, sizes: list[int], seen: Counter
) -> Iterator[tuple[int, Runs]]:
    """Yield the number of every chromosome, in order, with its runs."""
    chromosome, last, is_over = _Chromosome(0, sizes[0]), 0, False
    for read in handle.fetch(until_eof=True):
        seen["n_reads"] += 1
        number, start = read.reference_id, read.reference_start
        if number < 0:  # reads without a place stand last
            seen["n_flags"] += 1
            is_over = True
            continue
        if is_over or number < chromosome.number or (number == chromosome.number and start < last):
            _refuse_order(path, read, seen)
        if number >= len(sizes):
            raise ValueError(f"a read is on chromosome number {number}")
        while number > chromosome.number:
            yield chromosome.number, chromosome.runs()
            chromosome = _Chromosome(chromosome.number + 1, sizes[chromosome.number + 1])
        last = start
        _add(how, path, read, chromosome, seen)
    for number in range(chromosome.number, len(sizes)):
        yield number, chromosome.runs()
        chromosome = _Chromosome(number + 1, 0)


def _refuse_order(path: Path, read: pysam.AlignedSegment, seen: Counter) -> None:
    where = f"{path} read {seen['n_reads']:,} ({read.query_name})"
    found = f"{read.reference_name}:{read.reference_start} (0-based) comes after a read further on"
    raise DataError("E372", where, found, "Sort it by coordinate (samtools sort).")


def _add(
    how: BamOptions, path: Path, read: pysam.AlignedSegment, chromosome: _Chromosome, seen: Counter
) -> None:
    """Count a read, or note why not."""
    if read.flag & (how.exclude_flags | 0x4):
        seen["n_flags"] += 1
        return
    if read.mapping_quality < how.min_mapq:
        seen["n_mapq"] += 1
        return
    start, end = read.reference_start, read.reference_end
    if end is None or not 0 <= start < end <= chromosome.size:
        where = f"{path} read {seen['n_reads']:,} ({read.query_name})"
        found = f"{read.reference_name}:{start}-{end} (0-based) is not inside its {chromosome.size:,} bp"
        raise DataError("E371", where, found, "Map the reads anew.")
    is_minus = read.is_reverse
    if how.ends == "fragment":
        if (
            not read.is_proper_pair
            or read.template_length <= 0
            or read.next_reference_id != read.reference_id
        ):
            seen["n_no_fragment"] += 1
            return
        is_minus = is_minus == read.is_read1
    if how.strand != "both" and is_minus != (how.strand == "-"):
        seen["n_strand"] += 1
        return
    seen["n_counted"] += 1
    shift = how.shift_minus if is_minus else how.shift_plus
    if how.ends == "reads":
        for block in read.get_blocks():
            chromosome.add(block[0] + shift, block[1] + shift, seen)
    elif how.ends == "fragment":
        chromosome.add(start + how.shift_plus, start + read.template_length + how.shift_minus, seen)
    else:
        place = end - 1 if is_minus == (how.ends == "5prime") else start
        chromosome.add(place + shift, place + shift + 1, seen)
