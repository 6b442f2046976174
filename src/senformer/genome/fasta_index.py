"""The index of a FASTA file (``.fai``, ``.gzi``): made where missing, proven where present.

htslib trusts an index blindly and then returns shifted bases of a file that was replaced. Here a small
file is scanned whole and compared; of a large one headers, ends and sample lines of every contig are
looked up.
"""

import contextlib
import gzip
import logging
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from senformer.core.commit import write_bytes
from senformer.core.errors import DataError, OutputError
from senformer.genome.bgzf import BgzfBytes, Blocks, PlainBytes, is_bgzf, is_gzip, walk_blocks
from senformer.genome.fasta_probe import probe, refuse_index
from senformer.genome.fasta_scan import Contig, scan_blocks
from senformer.genome.files import cache_lock, cached_path, is_read_failure, is_writable_folder, read_failure

_LOG = logging.getLogger(__name__)
_SCAN_LIMIT_BYTES = 32 << 20  # up to this size, a whole scan at every opening costs less than 0.3 s
_N_PROBES, _N_PROBES_OLDER = 3, 64
_BLOCK_BYTES = 1 << 20
_MAX_CONTIG_BP = (1 << 31) - 1  # pysam reads no further
_N_COLUMNS = 5


@dataclass(frozen=True)
class Index:
    """The proven index of one FASTA file.

    Attributes
    ----------
    contigs
        Contigs in the order of the file.
    fai, gzi
        The files that hold it; ``gzi`` only for bgzip.
    """

    contigs: tuple[Contig, ...]
    fai: Path
    gzi: Path | None

    def checksums(self) -> list[int]:
        """Return the CRC-32 of the index files as they are now."""
        return [zlib.crc32(path.read_bytes()) for path in (self.fai, self.gzi) if path is not None]


def prepare_index(data: Path, where: str) -> Index:
    """Return the index of a FASTA file: the existing one, proven against the file, or a new one.

    Parameters
    ----------
    data
        The FASTA file, plain or bgzip.
    where
        What the user calls it, for messages.

    Returns
    -------
    Its files lie beside ``data``, or in the cache where that folder is read-only.

    Raises
    ------
    DataError
        The file is no well-formed FASTA (E202 to E206), or the index belongs to another file (E207).
    StorageError
        The disk failed (E807).
    """
    with damage_errors(where):
        blocks = walk_blocks(data) if is_bgzf(data) else None
        source = PlainBytes(data) if blocks is None else BgzfBytes(data, blocks)
        with contextlib.closing(source):
            fai, contigs = _find_contigs(data, source, where)
        longest = max(contigs, key=lambda contig: contig.length)
        if longest.length > _MAX_CONTIG_BP:
            found = f"{longest.name!r} has {longest.length:,} bp, and {_MAX_CONTIG_BP:,} can be read"
            raise DataError("E203", where, found, "Cut the sequence.")
        # Written last: nothing is left beside a file that is refused.
        gzi = None if blocks is None else _prepare_gzi(data, blocks)
        fai = fai or _write(data, ".fai", format_fai(contigs).encode())
    return Index(tuple(contigs), fai, gzi)


@contextlib.contextmanager
def damage_errors(where: str) -> Iterator[None]:
    """Turn a fault while reading or unpacking into one clear error: of the disk (E807) or the data (E206)."""
    try:
        yield
    except (OSError, EOFError, zlib.error) as fault:
        if is_read_failure(fault):
            raise read_failure(where, fault) from fault
        found = f"the file is damaged or cut short ({fault})"
        raise DataError("E206", where, found, "Get or make it again.") from fault


def read_blocks(data: Path, where: str) -> Iterator[bytes]:
    """Yield the text of a file in blocks, unpacked where it is gzip or bgzip, checksums verified.

    Raises
    ------
    DataError
        The file is damaged or cut short (E206).
    StorageError
        The disk failed (E807).
    """
    with damage_errors(where), gzip.open(data) if is_gzip(data) else open(data, "rb") as handle:
        while block := handle.read(_BLOCK_BYTES):
            yield block


def scan_file(data: Path, where: str) -> list[Contig]:
    """Scan a FASTA file whole.

    Raises
    ------
    DataError
        Anything that is no well-formed FASTA of DNA (E202 to E206); the line is named.
    """
    return scan_blocks(read_blocks(data, where), where)


def _find_contigs(
    data: Path, source: PlainBytes | BgzfBytes, where: str
) -> tuple[Path | None, Sequence[Contig]]:
    """Return the ``.fai`` that is there (None where it is not) and the contigs, proven or found."""
    fai = _existing(data, ".fai")
    if fai is None:
        return None, scan_file(data, where)
    claimed = read_fai(fai)
    if source.n_bytes <= _SCAN_LIMIT_BYTES:
        compare(claimed, scan_file(data, where), fai)
    else:
        is_older = fai.stat().st_mtime_ns < data.stat().st_mtime_ns
        probe(claimed, source, fai, _N_PROBES_OLDER if is_older else _N_PROBES)
    return fai, claimed


def _prepare_gzi(data: Path, blocks: Blocks) -> Path:
    gzi = _existing(data, ".gzi")
    if gzi is None:
        return _write(data, ".gzi", blocks.gzi())
    if gzi.read_bytes() not in (blocks.gzi(), blocks.gzi(with_end=True)):
        refuse_index(gzi, "blocks begin elsewhere")
    return gzi


def _existing(data: Path, ending: str) -> Path | None:
    beside = data.with_name(data.name + ending)
    places = (beside, cached_path(data, ending))
    return next((path for path in places if path.is_file()), None)


def _write(data: Path, ending: str, content: bytes) -> Path:
    """Write an index beside its file, or into the cache where that cannot be."""
    beside = data.with_name(data.name + ending)
    if is_writable_folder(data.parent):
        with contextlib.suppress(OutputError):
            return _commit(beside, content)
    cached = cached_path(data, ending)
    with cache_lock(cached):
        return _commit(cached, content)


def _commit(path: Path, content: bytes) -> Path:
    write_bytes(path, [content])
    _LOG.info("made the index %s", path)
    return path


def format_fai(contigs: Sequence[Contig]) -> str:
    """Return the text of a ``.fai`` file."""
    rows = ((c.name, c.length, c.offset, c.line_bases, c.line_width) for c in contigs)
    return "".join("\t".join(map(str, row)) + "\n" for row in rows)


def read_fai(path: Path) -> list[Contig]:
    """Return the contigs of a ``.fai`` file in the order of the FASTA file, whatever that of its lines.

    Raises
    ------
    DataError
        A line is not five fields that make sense (E207).
    """
    contigs: dict[str, Contig] = {}
    # Lines end where htslib sees them end: of a lone carriage return it would read one line, not several.
    lines = path.read_bytes().decode("ascii", errors="replace").removesuffix("\n").split("\n")
    for number, line in enumerate(lines if lines != [""] else [], 1):
        fields = line.removesuffix("\r").split("\t")
        numbers = [int(field) for field in fields[1:] if field.isascii() and field.isdigit()]
        if len(fields) != _N_COLUMNS or len(numbers) != _N_COLUMNS - 1 or fields[0] in contigs:
            refuse_index(path, f"line {number} is damaged")
        length, offset, line_bases, line_width = numbers
        if length == 0 or line_bases == 0 or line_width <= line_bases:
            refuse_index(path, f"line {number} has impossible lengths")
        contigs[fields[0]] = Contig(fields[0], length, offset, line_bases, line_width)
    if not contigs:
        refuse_index(path, "it is empty")
    return sorted(contigs.values(), key=lambda contig: contig.offset)


def compare(claimed: Sequence[Contig], found: Sequence[Contig], index: Path) -> None:
    """Refuse an index that differs from what a scan found.

    Raises
    ------
    DataError
        The first difference is named (E207).
    """
    places = {contig.name: contig.place for contig in claimed}
    for contig in found:
        if places.pop(contig.name, None) != contig.place:
            refuse_index(index, f"{contig.name!r} is missing or lies elsewhere")
    if places:
        refuse_index(index, f"the file has no {next(iter(places))!r}")
