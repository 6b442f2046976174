"""Transcription starts of genes, one a gene, from a GTF or a BED file."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from senformer.core.config import nearest
from senformer.core.errors import DataError
from senformer.genome.bed import read_bed
from senformer.genome.gtf import read_gtf

COLUMNS = ["gene_id", "gene_name", "gene_type", "chrom", "tss", "strand", "line"]
PROTEIN_CODING = ("protein_coding",)
ANY_TYPE = "any"
_GTF = (".gtf", ".gtf.gz", ".gtf.bgz")


def read_starts(
    path: str | os.PathLike, gene_types: Sequence[str] = PROTEIN_CODING
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the transcription start of every gene of a file.

    The start is the first base of the gene on its own strand: the start of the interval, or on the minus
    strand its last base. Rows with the same identifier on one strand of one chromosome are starts of one
    gene, and the most upstream one counts; rows of a BED file without a name (``.``) are genes of their own.

    Parameters
    ----------
    path
        GTF (its lines of the feature ``gene``), or BED with a strand and, in the column ``name``, the
        identifier. What a file is is told by its name: ``.gtf``, also with ``.gz`` or ``.bgz``, or else BED.
    gene_types
        Types to keep, where the file gives types (``gene_type`` or ``gene_biotype`` of a GTF); ``any`` among
        them keeps all. A file without types is kept whole.

    Returns
    -------
    Columns gene_id, gene_name, gene_type, chrom, tss (0-based), strand, line, in the order of the file; names
    of chromosomes as in the file. And counts: ``n_rows``, ``n_other_type``, ``n_further_starts``.

    Raises
    ------
    MissingInputError, DataError
        As :func:`read_gtf` and :func:`read_bed`; no gene has one of the types (E661); or a row of several
        bases has no strand, so that its start is not known (E675).
    """
    path = Path(path)
    if path.name.lower().endswith(_GTF):
        rows = read_gtf(path, "gene")
    else:
        rows = read_bed(path, keep_lines=True).sort_values("line", ignore_index=True)
        rows = rows.assign(gene_id=_identifiers(rows), gene_name=rows["name"], gene_type="")
    rows = rows.assign(tss=np.where(rows["strand"] == "-", rows["end"] - 1, rows["start"]))
    kept = rows[_has_type(rows["gene_type"], gene_types, path)]
    _refuse_unknown_starts(kept, path)
    starts = _most_upstream(kept)
    return starts, {
        "n_rows": len(rows),
        "n_other_type": len(rows) - len(kept),
        "n_further_starts": len(kept) - len(starts),
    }


def _identifiers(rows: pd.DataFrame) -> pd.Series:
    place = rows["chrom"] + ":" + rows["start"].astype(str) + "-" + rows["end"].astype(str)
    return rows["name"].where(rows["name"] != ".", place + ":" + rows["line"].astype(str))


def _has_type(found: pd.Series, wanted: Sequence[str], path: Path) -> pd.Series:
    if ANY_TYPE in wanted or not found.any():
        return pd.Series(data=True, index=found.index)
    unknown = [name for name in wanted if name not in set(found)]
    if unknown:
        raise DataError(
            "E661",
            str(path),
            f"has no gene of the type {unknown[0]!r}",
            f"{nearest(unknown[0], sorted(set(found) - {''}))} {ANY_TYPE!r} takes all.",
        )
    return found.isin(wanted)


def _refuse_unknown_starts(rows: pd.DataFrame, path: Path) -> None:
    """Refuse rows whose start may be either end; a row of one base is its own start."""
    unknown = rows[(rows["strand"] == ".") & (rows["end"] - rows["start"] > 1)]
    if len(unknown):
        row = unknown.loc[unknown["line"].idxmin()]
        found = f"{row['chrom']}:{row['start']}-{row['end']} has no strand: it may start at either end"
        more = f"; {len(unknown):,} rows in all do so" if len(unknown) > 1 else ""
        todo = "Give strands (+ or -, column 6 of a BED), or rows of one base, the starts themselves."
        raise DataError("E675", f"{path} line {row['line']}", found + more, todo)


def _most_upstream(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row a gene, in the order in which genes begin in the file."""
    key = ["gene_id", "chrom", "strand"]
    upstream = np.where(rows["strand"] == "-", -rows["tss"], rows["tss"])
    ordered = rows.assign(upstream=upstream, first=rows.groupby(key)["line"].transform("min"))
    ordered = ordered.sort_values(["upstream", "line"], kind="stable").drop_duplicates(key)
    return ordered.sort_values(["first", "line"])[COLUMNS].reset_index(drop=True)
