"""Places that windows are put around: transcription starts, peaks, intervals (``dataset.regions``)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import Field, model_validator

from senformer.core.config import Config, nearest
from senformer.core.errors import DataError
from senformer.genome.bed import read_bed
from senformer.genome.chromosomes import resolve_chromosome, show_names
from senformer.genome.gtf import read_gtf
from senformer.genome.peaks import read_summits

COLUMNS = ["chrom", "center", "strand", "name"]


class RegionsConfig(Config):
    """Windows around places instead of tiles; one of ``bed``, ``tss`` and ``peaks``.

    Attributes
    ----------
    bed
        BED file: the middle of each interval.
    tss
        GTF or BED file: the start of each gene or transcript on its strand; a BED interval is one gene.
    peaks
        narrowPeak file: the summit of each peak, or its middle.
    level
        With a GTF file: ``gene`` or ``transcript``.
    gene_type
        With a GTF file: types to take, for instance ``[protein_coding]``; none takes all.
    summit
        With ``peaks``: whether the summit is the center; false takes the middle.
    """

    bed: str | None = None
    tss: str | None = None
    peaks: str | None = None
    level: Literal["gene", "transcript"] = "gene"
    gene_type: list[str] = Field(default_factory=list)
    summit: bool = True

    @model_validator(mode="after")
    def _one_source(self) -> "RegionsConfig":
        if sum(path is not None for path in (self.bed, self.tss, self.peaks)) != 1:
            raise ValueError("give exactly one of bed, tss and peaks")
        if (self.level != "gene" or self.gene_type) and not self.is_gtf:
            raise ValueError("level and gene_type have an effect with tss: FILE.gtf alone; leave them out")
        if not self.summit and self.peaks is None:
            raise ValueError("summit has an effect with peaks alone; leave it out")
        return self

    @property
    def path(self) -> str:
        """The file."""
        return str(self.bed or self.tss or self.peaks)

    @property
    def is_gtf(self) -> bool:
        """Whether it is a GTF file, by its name."""
        return self.tss is not None and self.tss.lower().removesuffix(".gz").endswith((".gtf", ".gff2"))


def read_centers(
    config: RegionsConfig, chrom_sizes: Mapping[str, int], all_sizes: Mapping[str, int]
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the places of a file, in genome order, and what was left out of it.

    Parameters
    ----------
    config
        Which file, and what of it.
    chrom_sizes, all_sizes
        Length in bp of every chromosome in use, and of all of the genome.

    Returns
    -------
    Columns chrom, center (0-based base), strand (``+``, ``-`` or None) and name (or None); one row a place
    and strand, the names of several joined by commas. Counts: ``centers`` (rows returned),
    ``other_chromosome`` (rows of the file on chromosomes that are not in use or not in the genome),
    ``other_gene_type``, ``merged`` (rows that fell on a place already taken).

    Raises
    ------
    DataError
        The file is damaged, none of its chromosomes is in the genome, or nothing is left of it.
    """
    frame, counts = _read(config, all_sizes)
    in_use = frame["chrom"].isin(list(chrom_sizes))
    counts["other_chromosome"] += int((~in_use).sum())
    frame = frame[in_use].assign(strand=lambda rows: rows["strand"].where(rows["strand"] != ".", ""))
    if frame.empty:
        raise DataError(
            "E445", config.path, f"leaves no place for a window ({counts})", "Check file and filter."
        )
    rank = {chrom: place for place, chrom in enumerate(chrom_sizes)}
    frame = frame.assign(rank=frame["chrom"].map(rank)).sort_values(
        ["rank", "center", "strand"], kind="stable"
    )
    merged = frame.groupby(["rank", "chrom", "center", "strand"], sort=True)["name"].agg(_names).reset_index()
    counts |= {"merged": len(frame) - len(merged), "centers": len(merged)}
    for column in ("strand", "name"):
        merged[column] = pd.Series([text or None for text in merged[column]], dtype=object)
    return merged[COLUMNS].astype({"center": "int64"}), counts


def _names(names: pd.Series) -> str:
    return ",".join(dict.fromkeys(name for name in names if name != "."))


def _read(config: RegionsConfig, all_sizes: Mapping[str, int]) -> tuple[pd.DataFrame, dict[str, int]]:
    counts = {"other_chromosome": 0, "other_gene_type": 0}
    if config.is_gtf:
        rows = read_gtf(config.path, config.level)
        names = "gene_name" if config.level == "gene" else "transcript_id"
        if config.gene_type:
            wanted = rows["gene_type"].isin(config.gene_type)
            _refuse_unknown_types(config, rows["gene_type"])
            counts["other_gene_type"] = int((~wanted).sum())
            rows = rows[wanted]
        rows, counts["other_chromosome"] = _of_genome(rows, all_sizes, config.path)
        return _starts(rows.assign(name=rows[names])), counts
    if config.peaks is not None:
        return read_summits(Path(config.peaks), all_sizes, config.summit), counts
    rows = read_bed(config.path, all_sizes, keep_lines=True)
    if config.tss is not None:
        return _starts(rows), counts
    return rows.assign(center=(rows["start"] + rows["end"]) // 2), counts


def _refuse_unknown_types(config: RegionsConfig, found: pd.Series) -> None:
    known = sorted(found.dropna().unique())
    for name in config.gene_type:
        if name not in known:
            raise DataError("E444", str(config.path), f"has no gene of type {name!r}", nearest(name, known))


def _of_genome(rows: pd.DataFrame, sizes: Mapping[str, int], path: str) -> tuple[pd.DataFrame, int]:
    """Map names to the genome's; a GTF file also lists scaffolds that a genome may lack: they are counted."""
    names = {name: resolve_chromosome(name, sizes) for name in rows["chrom"].unique()}
    known = rows["chrom"].map(names)
    if len(rows) and known.isna().all():
        found = f"names {show_names(names)}; the genome has {show_names(sizes)}"
        raise DataError("E444", path, found, "Use the annotation of this genome.")
    kept = rows[known.notna()].assign(chrom=known.dropna())
    beyond = kept[kept["end"] > kept["chrom"].map(dict(sizes))]
    if len(beyond):
        first = beyond.iloc[0]
        found = f"ends at {first['end']:,}, beyond {first['chrom']}, which has {sizes[first['chrom']]:,} bp"
        raise DataError("E243", f"{path} line {first['line']}", found, "Check the assembly.")
    return kept, len(rows) - len(kept)


def _starts(rows: pd.DataFrame) -> pd.DataFrame:
    center = rows["start"].where(rows["strand"] != "-", rows["end"] - 1)
    return rows.assign(center=center)
