"""Alignments in UCSC chain format: their ungapped blocks; every fault carries its line number.

The format is 0-based and half-open; of a query on the minus strand it counts from the other end, which is
turned around here.
"""

import os
import re
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Int64

from senformer.core.errors import DataError
from senformer.genome.chromosomes import match_chromosomes
from senformer.genome.files import local_file, read_lines

COLUMNS = ["chrom", "start", "end", "query_chrom", "query_start", "query_end", "reverse", "chain"]
_BLOCK = re.compile(r"\s*([0-9]{1,18})(?:\s+([0-9]{1,18})\s+([0-9]{1,18}))?\s*")
_FIELDS = "chain score tName tSize tStrand tStart tEnd qName qSize qStrand qStart qEnd id"


@dataclass(frozen=True)
class Chains:
    """Chains of one file.

    Attributes
    ----------
    blocks
        One row an ungapped block: where it lies in the target (chrom, start, end) and the query, whether the
        query runs backwards, and the number of its chain in the file.
    spans
        One row a chain, in the same columns: from its first block to its last.
    sizes, query_sizes
        Length in bp of every chromosome that the file names.
    """

    blocks: pd.DataFrame
    spans: pd.DataFrame
    sizes: dict[str, int]
    query_sizes: dict[str, int]


def read_chain(
    path: str | os.PathLike,
    chrom_sizes: Mapping[str, int] | None = None,
    query_sizes: Mapping[str, int] | None = None,
) -> Chains:
    """Return the alignments of a chain file, plain, gzip or bgzip.

    Parameters
    ----------
    path
        Local file. Comment lines (``#``) and blank ones between chains are passed over.
    chrom_sizes, query_sizes
        Length of every chromosome of the two genomes. Where given, names are mapped to the genome's, and
        a length that differs is an error: the file is then of another assembly.

    Raises
    ------
    MissingInputError
        No such file, or it cannot be read (E250).
    DataError
        A line that is no chain (E251), blocks that do not fill their chain or leave the chromosome (E252),
        a chromosome of another length (E253), a damaged file (E254), names that are not the genome's (E230).
    """
    path = local_file(path, "E250")
    headers: list[list] = []
    parts: list[np.ndarray] = []
    sizes: tuple[dict[str, int], dict[str, int]] = ({}, {})
    for number, header, rows in _chains(path):
        where = f"{path} line {number}"
        found = _header(header, where)
        for known, (name, size) in zip(sizes, (found[:2], found[4:6]), strict=True):
            if known.setdefault(name, size) != size:
                told = f"gives {name} {size:,} bp, and earlier lines {known[name]:,}"
                raise DataError("E251", where, told, "Get the file again.")
        parts.append(_blocks(found, rows, where))
        headers.append(found)
    if not headers:
        raise DataError("E251", str(path), "holds no chain", "Give a file in UCSC chain format.")
    names = [
        match_sizes(known, given, str(path))
        for known, given in zip(sizes, (chrom_sizes, query_sizes), strict=True)
    ]
    counts = np.array([len(part) for part in parts])
    spans = np.array([[h[2], h[3], *_forward(h, h[7], h[8])] for h in headers], np.int64)
    return Chains(
        _frame(headers, np.repeat(np.arange(len(headers)), counts), np.concatenate(parts), names),
        _frame(headers, np.arange(len(headers)), spans, names),
        {names[0][name]: size for name, size in sizes[0].items()},
        {names[1][name]: size for name, size in sizes[1].items()},
    )


def match_sizes(known: Mapping[str, int], given: Mapping[str, int] | None, where: str) -> dict[str, str]:
    """Map the chromosomes of an alignment file to the genome's; without a genome to themselves.

    Raises
    ------
    DataError
        A name is not the genome's (E230), or a length is another (E253).
    """
    if given is None:
        return {name: name for name in known}
    names = match_chromosomes(known, given, where)
    for name, size in known.items():
        if given[names[name]] != size:
            found = f"{name} has {size:,} bp there and {given[names[name]]:,} in the genome"
            raise DataError("E253", where, found, "Use an alignment of this assembly.")
    return names


def _chains(path: Path) -> Iterator[tuple[int, list[str], Int64[np.ndarray, "block 3"]]]:
    """Yield line number, header fields and block lines of every chain; of its last block the gaps are 0."""
    header: list[str] | None = None
    rows = array("q")  # a plain list of numbers takes ten times the memory
    first = number = 0
    for number, line in read_lines(path, "E254"):
        block = None if header is None else _BLOCK.fullmatch(line)
        if block and header is not None:
            rows.extend(map(int, block.groups("0")))
            if block[2] is None:
                yield first, header, np.array(rows, np.int64).reshape(-1, 3)
                header = None
            continue
        fields = line.split()
        if fields and header is not None:
            told = f"{line[:60]!r} is no block of a chain"
            todo = "A block has 3 whole numbers, the last one of a chain 1."
            raise DataError("E251", f"{path} line {number}", told, todo)
        if fields and fields[0] == "chain":
            first, header, rows = number, fields, array("q")
        elif fields and not line.startswith("#"):
            told = f"{line[:60]!r} is no chain"
            raise DataError("E251", f"{path} line {number}", told, f"A chain begins: {_FIELDS}.")
    if header is not None:
        told = "the chain ends without its last block, a line with one number"
        raise DataError("E251", f"{path} line {first}", told, "The file is cut short: get it again.")


def _header(fields: list[str], where: str) -> list:
    """Return name, size, start, end of target and query (as written), strands last."""
    if len(fields) not in (12, 13):
        raise DataError(
            "E251",
            where,
            f"a chain line has 12 or 13 fields, this one {len(fields)}",
            f"They are: {_FIELDS}.",
        )
    if fields[4] != "+" or fields[9] not in ("+", "-"):
        told = f"the strands are {fields[4]!r} and {fields[9]!r}"
        raise DataError("E251", where, told, "The target's is +, the query's + or -.")
    try:
        target, query = [[int(fields[at]) for at in places] for places in ((3, 5, 6), (8, 10, 11))]
    except ValueError as fault:
        raise DataError("E251", where, f"{fault}", "Sizes and places are whole numbers.") from fault
    for name, (size, start, end) in ((fields[2], target), (fields[7], query)):
        if not 0 <= start < end <= size:
            told = f"{name}:{start}-{end} (0-based) is empty or leaves the {size:,} bp"
            raise DataError("E252", where, told, "Get the file again.")
    return [fields[2], *target, fields[7], query[0], fields[9] == "-", *query[1:]]


def _forward(header: list, start: np.ndarray | int, end: np.ndarray | int) -> tuple:
    """Return a stretch of the query on its forward strand."""
    return (header[5] - end, header[5] - start) if header[6] else (start, end)


def _blocks(header: list, rows: np.ndarray, where: str) -> np.ndarray:
    """Return start and end of every block, target and query."""
    length = rows[:, 0]
    step = rows[:, :1] + rows[:, 1:]
    starts = np.cumsum(step, axis=0) - step + np.array([header[2], header[7]])
    ends = starts + length[:, None]
    if (length == 0).any() or ends[-1].tolist() != [header[3], header[8]]:
        told = f"the blocks end at {ends[-1, 0]} and {ends[-1, 1]}, the chain at {header[3]} and {header[8]}"
        told = "a block has no base" if (length == 0).any() else told
        raise DataError("E252", where, told, "Get the file again.")
    low, high = _forward(header, starts[:, 1], ends[:, 1])
    return np.stack([starts[:, 0], ends[:, 0], low, high], axis=1)


def _frame(
    headers: list[list], chain: np.ndarray, bounds: np.ndarray, names: list[dict[str, str]]
) -> pd.DataFrame:
    chroms = pd.array([names[0][header[0]] for header in headers], dtype="str")
    queries = pd.array([names[1][header[4]] for header in headers], dtype="str")
    reverse = np.array([header[6] for header in headers])
    columns = {
        "chrom": chroms[chain],
        "start": bounds[:, 0],
        "end": bounds[:, 1],
        "query_chrom": queries[chain],
        "query_start": bounds[:, 2],
        "query_end": bounds[:, 3],
        "reverse": reverse[chain],
        "chain": chain,
    }
    return pd.DataFrame(columns, columns=COLUMNS)
