"""GTF files as tables of genes, transcripts or exons; every fault carries its line number.

The format is 1-based with both ends included; the table is 0-based and half-open. Datasets take transcription
starts from it, scores of genes their exons.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import pandas as pd

from senformer.core.errors import DataError
from senformer.core.wording import counted
from senformer.genome.files import local_file, read_lines

COLUMNS = ["chrom", "start", "end", "strand", "gene_id", "gene_name", "gene_type", "transcript_id", "line"]
_ATTRIBUTE = re.compile(r'\s*([A-Za-z_][\w.-]*)\s+(?:"([^"]*)"|([^\s";]+))\s*(?:;|$)')
_NUMBER = re.compile(r"[0-9]{1,18}")


def read_gtf(
    path: str | os.PathLike,
    feature: Literal["gene", "transcript", "exon"] = "gene",
    chrom_sizes: Mapping[str, int] | None = None,
) -> pd.DataFrame:
    """Return the genes, transcripts or exons of a GTF file, in the order of the file.

    Parameters
    ----------
    path
        GTF 2, plain, gzip or bgzip, as GENCODE (``gene_type``) and Ensembl (``gene_biotype``) write it.
        Values of attributes may be quoted or not.
    feature
        Which lines to return; of all others only the number of columns is checked.
    chrom_sizes
        Length of every chromosome in bp. Where given, a feature on one of these names must lie inside; names
        are not mapped.

    Returns
    -------
    Columns chrom, start, end, strand, gene_id, gene_name, gene_type, transcript_id, line. ``gene_name`` is
    the identifier where the file gives none; what else is not given is empty.

    Raises
    ------
    MissingInputError
        No such file, or it cannot be read (E240).
    DataError
        A line that is no GTF (E241), coordinates that cannot be (E242) or leave the chromosome (E243), a
        damaged file (E244), or no line of the feature (E245).

    Notes
    -----
    One pass; memory grows with the features returned, not with the file.
    """
    path = local_file(path, "E240")
    frame = pd.DataFrame(_rows(path, feature, chrom_sizes or {}), columns=COLUMNS)
    if frame.empty:
        todo = "Choose the other level, or get a file with genes, transcripts and exons."
        raise DataError("E245", str(path), f"has no line of the feature {feature!r}", todo)
    return frame.astype({"start": "int64", "end": "int64", "line": "int64"})


def _rows(path: Path, feature: str, chrom_sizes: Mapping[str, int]) -> Iterator[tuple]:
    for number, line in read_lines(path, "E244"):
        if not line or line.startswith("#"):
            continue
        if line.count("\t") != 8:
            n = line.count("\t") + 1
            found = f"has {counted(n, 'tab-separated column')}, GTF has 9"
            raise DataError("E241", f"{path} line {number}", found, "Get a GTF file.")
        # The third column is looked at before anything is cut: most lines are exons.
        if line.split("\t", 3)[2] == feature:
            yield (*_row(line.split("\t"), feature, f"{path} line {number}", chrom_sizes), number)


def _row(fields: list[str], feature: str, where: str, chrom_sizes: Mapping[str, int]) -> tuple:
    chrom, _, _, first, last, _, strand, _, text = fields
    if not (_NUMBER.fullmatch(first) and _NUMBER.fullmatch(last)) or not 1 <= int(first) <= int(last):
        found = f"runs from {first!r} to {last!r}"
        raise DataError("E242", where, found, "Positions are whole, 1-based, and both ends are included.")
    if strand not in ("+", "-", "."):
        raise DataError("E241", where, f"the strand is {strand!r}", "Allowed are +, - and .")
    if int(last) > chrom_sizes.get(chrom, int(last)):
        found = f"ends at {last}, beyond {chrom}, which has {chrom_sizes[chrom]:,} bp"
        raise DataError("E243", where, found, "Check the assembly.")
    values = _attributes(text, where)
    gene = values.get("gene_id", "")
    if not gene or (feature == "transcript" and not values.get("transcript_id")):
        key = "gene_id" if not gene else "transcript_id"
        raise DataError("E241", where, f"gives no {key}", "Get a GTF file; GFF3 is another format.")
    kind = values.get("gene_type") or values.get("gene_biotype", "")
    name = values.get("gene_name") or gene
    return chrom, int(first) - 1, int(last), strand, gene, name, kind, values.get("transcript_id", "")


def _attributes(text: str, where: str) -> dict[str, str]:
    found: dict[str, str] = {}
    place = 0
    while place < len(text) and text[place:].strip(" ;"):
        match = _ATTRIBUTE.match(text, place)
        if match is None:
            raise DataError(
                "E241", where, f"has the attributes {text[place : place + 40]!r}", "Get a GTF file."
            )
        # Tags repeat; the first value counts.
        found.setdefault(match[1], match[2] if match[2] is not None else match[3])
        place = match.end()
    return found
