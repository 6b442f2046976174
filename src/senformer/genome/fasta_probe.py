"""Sample lines of a FASTA file against its index, for files too large to scan at every opening."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from senformer.core.errors import DataError
from senformer.genome.bgzf import BgzfBytes, PlainBytes
from senformer.genome.fasta_scan import Contig

_HEADER_LIMIT_BYTES = 1 << 20
_GAP = re.compile(rb"[\r\n]*>[ \t]*(\S+)[^\n]*\n")
_LINE = re.compile(rb"([A-Za-z]+)(\r?\n)?")


def refuse_index(index: Path, found: str) -> NoReturn:
    """Raise the error of an index that does not belong to its file."""
    todo = f"Remove {index.name}: it is made anew at the next opening."
    raise DataError("E207", str(index), f"the index does not fit its FASTA file: {found}", todo)


def probe(contigs: Sequence[Contig], source: PlainBytes | BgzfBytes, index: Path, n_probes: int) -> None:
    """Look up in the file what the index claims.

    Every header must stand where the sequence before it ends, the last sequence must end the file, and of
    every contig the first, the last and evenly spaced lines between must be letters of the right number.

    Parameters
    ----------
    contigs
        What the index claims.
    source
        The FASTA text by offset.
    index
        The index file, for messages.
    n_probes
        Lines a contig.

    Raises
    ------
    DataError
        The claim does not hold (E207).
    """
    end = 0
    for contig in sorted(contigs, key=lambda contig: contig.offset):
        _check_header(contig, end, source, index)
        for line in _sample(contig, n_probes):
            _check_line(contig, line, source, index)
        end = _end_offset(contig)
    if source.n_bytes - end > _HEADER_LIMIT_BYTES or source.read(end, _HEADER_LIMIT_BYTES).strip(b"\r\n"):
        refuse_index(index, "there is more sequence after its last contig")


def _sample(contig: Contig, n_probes: int) -> Iterator[int]:
    last, n_steps = (contig.length - 1) // contig.line_bases, max(n_probes - 1, 1)
    yield from sorted({number * last // n_steps for number in range(n_probes)})


def _end_offset(contig: Contig) -> int:
    """Return the byte after the contig's last base."""
    lines, rest = divmod(contig.length - 1, contig.line_bases)
    return contig.offset + lines * contig.line_width + rest + 1


def _check_header(contig: Contig, end: int, source: PlainBytes | BgzfBytes, index: Path) -> None:
    gap = contig.offset - end
    text = source.read(end, gap) if 0 < gap <= _HEADER_LIMIT_BYTES else b""
    found = _GAP.fullmatch(text)
    if found is None or found[1] != contig.name.encode():
        refuse_index(index, f"no header of {contig.name!r} ends at byte {contig.offset:,}")


def _check_line(contig: Contig, line: int, source: PlainBytes | BgzfBytes, index: Path) -> None:
    bases = min(contig.line_bases, contig.length - line * contig.line_bases)
    text = source.read(
        contig.offset + line * contig.line_width, bases + contig.line_width - contig.line_bases
    )
    found = _LINE.fullmatch(text)
    is_file_end = _end_offset(contig) >= source.n_bytes
    if found is None or len(found[1]) != bases or not (found[2] or is_file_end):
        first = line * contig.line_bases
        refuse_index(index, f"{contig.name}:{first}-{first + bases} (0-based) is not one line of it")
