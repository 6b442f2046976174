"""Motif matrices from MEME and JASPAR text; every fault carries its line number."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from senformer.core.errors import DataError
from senformer.core.shapes import BASES
from senformer.genome.files import local_file, read_lines

# What MEME's programs take for a matrix that does not say how many sites it was made of.
_N_SITES = 20.0
# Rows of published probabilities are rounded.
_SUM_TOLERANCE = 0.02
_FIELD = re.compile(r"(alength|nsites|w)=\s*(\S+)")
_JASPAR_ROW = re.compile(rf"(?:([{BASES}])\s*)?\[?([^\[\]]*)\]?", re.IGNORECASE)

Line = tuple[int, str]


@dataclass(frozen=True)
class MotifMatrix:
    """One motif as its file has it.

    Attributes
    ----------
    name, alias
        Identifier, and the second name or ``""``.
    counts
        How many sites have each base at a position, (position, 4); probabilities times the number of sites.
    """

    name: str
    alias: str
    counts: Float64[np.ndarray, "_position 4"]


def read_motif_file(path: str | os.PathLike) -> list[MotifMatrix]:
    """Return the motifs of a file in MEME or JASPAR format, in its order, told apart by content.

    Raises
    ------
    MissingInputError
        No such file, or it cannot be read (E270).
    DataError
        A line that is none of such a file, a matrix that is cut short or no matrix of DNA, two motifs of one
        name, or no motif at all (E271); a damaged file (E272).
    """
    path = local_file(path, "E270")
    lines = [line for line in read_lines(path, "E272") if line[1].strip()]
    if lines and lines[0][1].startswith("MEME version"):
        found = list(_meme(path, lines))
    elif lines and lines[0][1].startswith(">"):
        found = list(_jaspar(path, lines))
    else:
        line = lines[0] if lines else (1, "")
        raise _fault(path, line, "is the beginning neither of a MEME nor of a JASPAR file", "Give either.")
    if not found:
        raise _fault(path, lines[-1], "ends the file, which has no motif", "Give one that has.")
    _refuse_twins(path, found)
    return found


def _meme(path: Path, lines: list[Line]) -> Iterator[MotifMatrix]:
    name, rest = None, iter(lines)
    for line in rest:
        words = line[1].split()
        if line[1].startswith("ALPHABET") and not re.search(rf"=\s*{BASES}\s*$|DNA", line[1]):
            raise _fault(path, line, "is no alphabet of DNA", f"Give motifs over {BASES}.")
        if words[0] == "MOTIF":
            if len(words) < 2:
                raise _fault(path, line, "has no name", "Write MOTIF NAME.")
            name = words[1], " ".join(words[2:])
        elif words[0] == "letter-probability":
            if name is None:
                raise _fault(path, line, "is a matrix of no motif", "Write MOTIF NAME before it.")
            yield MotifMatrix(*name, _meme_matrix(path, line, rest))
            name = None
    if name is not None:
        raise _fault(path, lines[-1], f"ends the file, and motif {name[0]!r} has no matrix", "Get it again.")


def _meme_matrix(path: Path, line: Line, rest: Iterator[Line]) -> Float64[np.ndarray, "position 4"]:
    fields = dict(_FIELD.findall(line[1]))
    try:
        width, n_sites = int(fields["w"]), float(fields.get("nsites", _N_SITES))
    except (KeyError, ValueError) as fault:
        raise _fault(path, line, "does not say w= WIDTH and nsites= NUMBER", "Give both.") from fault
    if width < 1 or fields.get("alength", "4") != "4":
        raise _fault(path, line, "is no matrix of DNA", "Give alength= 4 and w= 1 or more.")
    rows: list[Float64[np.ndarray, " number"]] = []
    for _ in range(width):
        row = next(rest, (line[0] + len(rows), ""))
        values = _numbers(path, row, row[1].split())
        if len(values) != 4 or abs(values.sum() - 1) > _SUM_TOLERANCE:
            found = f"is no row of four probabilities; {len(rows)} of {width} rows came before"
            raise _fault(path, row, found, "Four numbers of sum 1 are a row.")
        rows.append(values / values.sum())
    # A matrix of no sites would be all pseudocount.
    return np.array(rows) * (n_sites if n_sites > 0 else _N_SITES)


def _jaspar(path: Path, lines: list[Line]) -> Iterator[MotifMatrix]:
    for first in range(0, len(lines), 5):
        title, rows = lines[first], lines[first + 1 : first + 5]
        words = title[1][1:].split()
        if not title[1].startswith(">") or not words:
            raise _fault(path, title, "is no title of a motif", "Write >NAME before four rows.")
        if len(rows) < 4:
            raise _fault(path, title, f"has {len(rows)} rows of counts", f"Give four: {', '.join(BASES)}.")
        counts = [_jaspar_row(path, row, base) for row, base in zip(rows, BASES, strict=True)]
        if not counts[0].size or len({len(row) for row in counts}) > 1:
            found = f"has rows of {', '.join(str(len(row)) for row in counts)} counts"
            raise _fault(path, title, found, "Give four of one length.")
        matrix = np.array(counts).T
        if (matrix.sum(axis=1) <= 0).any():
            raise _fault(path, title, "has a position without a count", "Leave it out.")
        yield MotifMatrix(words[0], " ".join(words[1:]), matrix)


def _jaspar_row(path: Path, line: Line, base: str) -> Float64[np.ndarray, " position"]:
    found = _JASPAR_ROW.fullmatch(line[1].strip())
    if found is None or (found[1] or base).upper() != base:
        raise _fault(path, line, f"is no row of counts of {base}", f"Give rows of {', '.join(BASES)}.")
    return _numbers(path, line, found[2].split())


def _numbers(path: Path, line: Line, words: list[str]) -> Float64[np.ndarray, " number"]:
    try:
        values = np.array([float(word) for word in words], dtype=np.float64)
    except ValueError as fault:
        raise _fault(path, line, f"holds what is no number ({fault})", "Write numbers.") from fault
    if not np.isfinite(values).all() or (values < 0).any():
        raise _fault(path, line, "holds a number that is negative or not finite", "Write counts.")
    return values


def _refuse_twins(path: Path, motifs: list[MotifMatrix]) -> None:
    seen: set[str] = set()
    for motif in motifs:
        if motif.name in seen:
            found = f"two motifs are called {motif.name!r}"
            raise DataError("E271", str(path), found, "Give each its own name.")
        seen.add(motif.name)


def _fault(path: Path, line: Line, found: str, todo: str) -> DataError:
    return DataError("E271", f"{path} line {line[0]}", f"{line[1].strip()[:60]!r} {found}", todo)
