"""A full, strict scan of FASTA text: where every contig lies, what letters it holds.

Makes the index, checks a given one, and is the validation that dataset building runs. Numpy on blocks:
a human chromosome takes a second.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np

from senformer.core.encoding import AS_UTF8, UTF16_FOUND, is_utf16
from senformer.core.errors import DataError
from senformer.genome.sequence import AS_DNA, IUPAC

_NEWLINE, _RETURN, _HEADER = 10, 13, ord(">")
_HEADER_LIMIT_BYTES = 1 << 20
MAX_UNCERTAIN_FRACTION = 0.05
_TEXT = "ACGTN" + IUPAC
_ALLOWED = np.zeros(256, bool)
_ALLOWED[[ord(letter) for letter in _TEXT + _TEXT.lower()] + [_NEWLINE, _RETURN]] = True
_PLAIN = b"ACGTacgt"
_UPPER, _LOWER = ([ord(letter) for letter in letters] for letters in (IUPAC, IUPAC.lower()))


def _count_letters(letters: np.ndarray, n_newlines: int) -> np.ndarray:
    """Return how often every byte comes; A, C, G and T in both cases are all told under A."""
    # Nearly all are plain bases, and taking these out is several times faster than counting them.
    rest = letters.tobytes().translate(None, _PLAIN + b"\n")
    counts = np.bincount(np.frombuffer(rest, np.uint8), minlength=256)
    counts[_NEWLINE] = n_newlines
    counts[ord("A")] = letters.size - len(rest) - n_newlines
    return counts


@dataclass
class Contig:
    """One sequence of a FASTA file, as the index and the scan describe it.

    Attributes
    ----------
    name
        First word of the header line.
    length
        Bases, in bp.
    offset
        Byte of the first base in the (unpacked) text.
    line_bases, line_width
        Bases, and bytes with the line end, of a full line.
    n_unknown
        Letters N or n.
    iupac
        Other letters for an uncertain base, as capitals; they read as N.
    """

    name: str
    length: int = 0
    offset: int = 0
    line_bases: int = 0
    line_width: int = 0
    n_unknown: int = 0
    iupac: Counter[str] = field(default_factory=Counter)

    @property
    def place(self) -> tuple[str, int, int, int, int]:
        """Name, length, offset and line shape, free of choices that an indexer may make."""
        single = self.length <= self.line_bases
        shape = (0, 0) if single else (self.line_bases, self.line_width)
        return (self.name, self.length, self.offset, *shape)


class Scanner:
    """Reads FASTA text block by block; ``contigs`` is complete after ``finish``."""

    def __init__(self, where: str) -> None:
        self.contigs: list[Contig] = []
        self._where = where
        self._names: set[str] = set()
        self._held = b""  # a header line whose end has not come yet
        self._position = 0  # bytes taken, without what is held
        self._line = 1
        self._partial = 0  # bytes of the current, unfinished line
        self._last_byte = _NEWLINE
        self._ended = False  # a short line has come: the contig must be over
        self._finishing = False  # the file is over, and its last line lacks its end
        self._header_line = 1

    def feed(self, block: bytes) -> None:
        """Take the next bytes of the text."""
        data = self._held + block
        self._held = b""
        letters = np.frombuffer(data, np.uint8)
        starts = np.flatnonzero(letters[:-1] == _NEWLINE) + 1
        if self._partial == 0:
            starts = np.concatenate([[0], starts])
        taken = 0
        for start in starts[letters[starts] == _HEADER].tolist() if letters.size else []:
            self._take_sequence(letters[taken:start])
            end = data.find(b"\n", start)
            if end < 0:
                self._hold(data[start:])
                return
            self._take_header(data[start:end])
            taken = end + 1
        self._take_sequence(letters[taken:])

    def finish(self) -> list[Contig]:
        """Close the last contig and return all of them."""
        if self._held:
            self._take_header(self._held)
        elif self._partial:
            self._finishing = True
            self._take_lines(np.array([self._partial + 1]), np.array([self._last_byte == _RETURN]))
        if not self.contigs:
            self._fail("E202", "the file is empty", "A FASTA file starts with a line >name.", line=None)
        self._close()
        return self.contigs

    def _fail(self, code: str, found: str, todo: str, line: int | None = -1) -> NoReturn:
        line = self._line if line == -1 else line
        where = self._where if line is None else f"{self._where} line {line}"
        raise DataError(code, where, found, todo)

    def _hold(self, header: bytes) -> None:
        if len(header) > _HEADER_LIMIT_BYTES:
            self._fail("E203", "the header line is longer than 1 MiB", "Check that this is a FASTA file.")
        self._held = header

    def _take_header(self, header: bytes) -> None:
        self._close()
        if b"\0" in header:
            self._fail("E203", "holds a NUL byte: the file is damaged", "Get the file again.")
        words = header[1:].split()
        name = words[0].decode("ascii", errors="replace") if words else ""
        if not name or "\ufffd" in name:
            self._fail("E203", f"the name {name!r} is empty or no ASCII", "Write >name in plain letters.")
        if name in self._names:
            self._fail("E204", f"the name {name!r} comes twice", "Give every sequence its own name.")
        self._names.add(name)
        self._position += len(header) + 1
        self.contigs.append(Contig(name, offset=self._position))
        self._header_line = self._line
        self._line += 1
        self._ended = False
        self._last_byte = _NEWLINE

    def _close(self) -> None:
        """Check the contig that is complete now."""
        if not self.contigs:
            return
        contig = self.contigs[-1]
        if contig.length == 0:
            self._fail(
                "E203", f"{contig.name!r} has no sequence", "Remove its header.", line=self._header_line
            )
        share = contig.iupac.total() / contig.length
        if share > MAX_UNCERTAIN_FRACTION:
            found = f"{share:.0%} of {contig.name!r} are letters other than A, C, G, T and N: this is not DNA"
            self._fail("E205", found, "Give a genome.", line=None)

    def _take_sequence(self, letters: np.ndarray) -> None:
        """Take bytes between two headers; both ends may lie inside a line."""
        if letters.size == 0:
            return
        ends = np.flatnonzero(letters == _NEWLINE)
        counts = _count_letters(letters, ends.size)
        if not self.contigs:
            self._refuse_start(letters, counts)
        if counts[~_ALLOWED].any():
            self._refuse_letter(letters)
        before = np.where(ends > 0, letters[ends - 1], self._last_byte) if ends.size else ends
        returns = before == _RETURN
        inner = counts[_RETURN] + (self._last_byte == _RETURN) - int(letters[-1] == _RETURN)
        if inner != np.count_nonzero(returns):
            self._fail("E203", "holds a carriage return inside a line", "End lines with a newline.")
        if self.contigs:
            self._count(counts)
            starts = np.concatenate([[-1 - self._partial], ends[:-1]])
            self._take_lines(ends - starts[: ends.size], returns)
        self._line += int(ends.size)
        self._partial = int(letters.size - 1 - ends[-1]) if ends.size else self._partial + letters.size
        self._last_byte = int(letters[-1])
        self._position += letters.size

    def _refuse_start(self, letters: np.ndarray, counts: np.ndarray) -> None:
        if counts[_NEWLINE] + counts[_RETURN] == letters.size:
            return
        start = letters[:3].tobytes()
        if is_utf16(start):
            self._fail("E202", UTF16_FOUND, AS_UTF8, line=None)
        if start.startswith(b"\xef\xbb\xbf"):
            self._fail("E202", "starts with a byte-order mark", "Save it as plain text without one.")
        todo = "A FASTA file starts with a line >name."
        self._fail("E202", f"starts with {letters[:20].tobytes()!r}, so this is no FASTA file", todo)

    def _refuse_letter(self, letters: np.ndarray) -> NoReturn:
        first = int(np.argmax(~_ALLOWED[letters]))
        line = self._line + int(np.count_nonzero(letters[:first] == _NEWLINE))
        letter = chr(letters[first])
        if letter == "\0":
            self._fail("E203", "holds a NUL byte: the file is damaged", "Get the file again.", line=line)
        kind, todo = "this is not DNA", f"Allowed are {_TEXT} in either case."
        if letter in "Uu":
            kind, todo = "this is RNA", AS_DNA
        found = f"letter {letter!r} in {self.contigs[-1].name!r} is no base: {kind}"
        self._fail("E205", found, todo, line=line)

    def _count(self, counts: np.ndarray) -> None:
        contig = self.contigs[-1]
        contig.length += int(counts.sum() - counts[_NEWLINE] - counts[_RETURN])
        contig.n_unknown += int(counts[ord("N")] + counts[ord("n")])
        uncertain = counts[_UPPER] + counts[_LOWER]
        if uncertain.any():
            contig.iupac.update({IUPAC[i]: int(uncertain[i]) for i in np.flatnonzero(uncertain)})

    def _take_lines(self, widths: np.ndarray, returns: np.ndarray) -> None:
        """Check complete lines: all of one shape, but for a shorter last one and blank ones after it."""
        if widths.size == 0:
            return
        contig = self.contigs[-1]
        bases = widths - 1 - returns
        if contig.line_bases == 0 and not self._ended and bases[0] > 0:
            contig.line_bases, contig.line_width = int(bases[0]), int(widths[0])
        first = 0
        if not self._ended:
            odd = np.flatnonzero((widths != contig.line_width) | (bases != contig.line_bases))
            if odd.size == 0:
                return
            first = int(odd[0])
            self._take_last_line(first, int(bases[first]), int(widths[first] - bases[first]))
            first += 1
        more = np.flatnonzero(bases[first:] > 0)
        if more.size:
            self._refuse_line(first + int(more[0]), "goes on with sequence after a shorter or blank line")

    def _take_last_line(self, index: int, bases: int, ending: int) -> None:
        """Check the line that is unlike those before it: it must be the last one of its contig."""
        contig = self.contigs[-1]
        if bases > contig.line_bases:
            self._refuse_line(index, f"has {bases} bases, the lines before it have {contig.line_bases}")
        is_cut = self._last_byte not in (_NEWLINE, _RETURN) and self._finishing
        if bases > 0 and ending != contig.line_width - contig.line_bases and not is_cut:
            self._refuse_line(index, "mixes line ends of Windows and Unix with the lines before it")
        self._ended = True

    def _refuse_line(self, index: int, found: str) -> NoReturn:
        todo = f"Wrap all lines of {self.contigs[-1].name!r} at one width, for instance with seqtk seq -l 60."
        self._fail("E203", found, todo, line=self._line + index)


def scan_blocks(blocks: Iterable[bytes], where: str) -> list[Contig]:
    """Scan FASTA text that comes in blocks of any size.

    Raises
    ------
    DataError
        Anything that is no well-formed FASTA of DNA; the line is named.
    """
    scanner = Scanner(where)
    for block in blocks:
        scanner.feed(block)
    return scanner.finish()
