"""Where the contigs of a dataset come from: true coordinates of windows that were imported one by one."""

from pathlib import Path

import pandas as pd

from senformer.core.schema import Column, TableSchema

CONTIGS = "contigs.parquet"

CONTIG_SCHEMA = TableSchema(
    "contigs",
    (
        Column("contig", "string", "", "name of the contig in this dataset"),
        Column("chrom", "string", "", "chromosome it lies on; empty where not known", nullable=True),
        Column(
            "start", "int64", "bp", "its first base there, 0-based; below 0: begins with N", nullable=True
        ),
        Column(
            "end", "int64", "bp", "its end there, exclusive; may lie beyond the chromosome", nullable=True
        ),
        Column("split", "string", "", "train, valid or test; empty for none", nullable=True),
        Column("label", "string", "", "what the set calls its split (train, fold3...)"),
        Column("file", "string", "", "file that holds its record"),
        Column("record", "int64", "", "number of the record in the file, from 0"),
    ),
)


def read_contigs(folder: Path) -> pd.DataFrame | None:
    """Return where every contig of a dataset comes from, or None where contigs are chromosomes."""
    path = folder / CONTIGS
    if not path.is_file():
        return None
    frame = CONTIG_SCHEMA.read(path)
    return frame.astype({"start": "Int64", "end": "Int64"})


def true_intervals(
    intervals: pd.DataFrame, contigs: pd.DataFrame | None, *, clip: bool = True
) -> pd.DataFrame:
    """Return intervals of contigs as intervals of the chromosomes that the contigs come from.

    Parameters
    ----------
    intervals
        Columns chrom, start, end, in coordinates of the dataset; further columns are kept.
    contigs
        What :func:`read_contigs` returned.
    clip
        Whether what lies before the first base of a chromosome is cut off.

    Returns
    -------
    The same rows; a contig of unknown origin keeps its own name and coordinates.
    """
    if contigs is None:
        return intervals
    known = contigs[contigs["chrom"].notna()].set_index("contig")
    is_known = intervals["chrom"].isin(known.index)
    names = intervals.loc[is_known, "chrom"]
    first = names.map(known["start"]).astype("int64")
    found = intervals.copy()
    found.loc[is_known, "chrom"] = names.map(known["chrom"])
    for column in ("start", "end"):
        moved = intervals.loc[is_known, column] + first
        found.loc[is_known, column] = moved.clip(lower=0) if clip else moved
    return found


def in_genome_order(windows: pd.DataFrame, contigs: pd.DataFrame | None) -> pd.DataFrame:
    """Return windows as they lie in the genome, those of unknown origin last, as they came.

    Records of a set that is imported are shuffled as a rule.
    """
    if contigs is None:
        return windows
    places = true_intervals(windows, contigs, clip=False)
    is_known = windows["chrom"].isin(contigs.loc[contigs["chrom"].notna(), "contig"])
    places = places[["chrom", "start"]].where(is_known)
    order = places.reset_index(drop=True).sort_values(["chrom", "start"], kind="stable").index
    return windows.iloc[order].reset_index(drop=True)
