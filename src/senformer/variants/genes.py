"""Genes of a GTF file as the stretches that gene masks read: exons, starts of transcripts, or the span."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from jaxtyping import Int64

from senformer.core.errors import DataError
from senformer.genome.chromosomes import resolve_chromosome
from senformer.genome.gtf import read_gtf
from senformer.genome.variant import Variant
from senformer.variants.place import touched

_FEATURES: Mapping[str, Literal["exon", "transcript", "gene"]] = {
    "exons": "exon",
    "tss": "transcript",
    "span": "gene",
}


@dataclass(frozen=True)
class Gene:
    """A gene as the output names it.

    Attributes
    ----------
    id, name, strand
        As the file gives them; the name is the identifier where it gives none.
    start
        Its first transcribed base, 0-based: the outermost one on its strand's 5' side.
    """

    id: str
    name: str
    strand: str
    start: int

    def distance(self, variant: Variant) -> int:
        """Return how far the change lies from the gene's start in bp: negative upstream, 0 on it."""
        start, end = touched(variant)
        if start <= self.start < end:
            return 0
        near = start if start > self.start else end - 1
        return near - self.start if self.strand != "-" else self.start - near


@dataclass(frozen=True)
class GeneSpans:
    """The stretches of every gene of a genome.

    Attributes
    ----------
    genes
        Each gene of a chromosome once.
    spans
        Start and end of all stretches, 0-based, gene by gene.
    bounds
        Gene ``i`` has the spans ``bounds[i]`` to ``bounds[i + 1]``.
    by_chrom
        Of each chromosome: the numbers of its genes, their outermost start and end.
    """

    genes: tuple[Gene, ...]
    spans: Int64[np.ndarray, "span 2"]
    bounds: Int64[np.ndarray, " bound"]
    by_chrom: Mapping[str, tuple[np.ndarray, np.ndarray, np.ndarray]]

    def within(self, chrom: str, start: int, end: int) -> Iterator[tuple[Gene, Int64[np.ndarray, "span 2"]]]:
        """Yield the genes whose extent overlaps with ``start`` to ``end``, and their spans."""
        if chrom not in self.by_chrom:
            return
        numbers, first, last = self.by_chrom[chrom]
        for number in numbers[(first < end) & (last > start)]:
            yield self.genes[number], self.spans[self.bounds[number] : self.bounds[number + 1]]


def read_genes(path: str | os.PathLike, mask: str, chrom_sizes: Mapping[str, int]) -> GeneSpans:
    """Read what a gene mask needs of a GTF file.

    Parameters
    ----------
    path
        GTF, plain or gzipped.
    mask
        ``exons``, ``tss`` or ``span``.
    chrom_sizes
        Of the genome; the file may use aliases of its names.

    Raises
    ------
    MissingInputError, DataError
        As :func:`senformer.genome.gtf.read_gtf`; also where no gene is on the genome (E760).
    """
    feature = _FEATURES[mask]
    return gene_spans(
        read_starts(path, chrom_sizes) if mask == "tss" else _on_genome(path, feature, chrom_sizes)
    )


def read_starts(path: str | os.PathLike, chrom_sizes: Mapping[str, int]) -> pd.DataFrame:
    """Return the transcripts of a GTF file, cut to their first base, on the names of the genome.

    Raises
    ------
    MissingInputError, DataError
        As :func:`read_genes`.
    """
    table = _on_genome(path, "transcript", chrom_sizes)
    start = np.where(table["strand"] == "-", table["end"] - 1, table["start"])
    return table.assign(start=start, end=start + 1)


def _on_genome(
    path: str | os.PathLike, feature: Literal["exon", "transcript", "gene"], chrom_sizes: Mapping[str, int]
) -> pd.DataFrame:
    table = read_gtf(path, feature, chrom_sizes)
    names = {name: resolve_chromosome(name, chrom_sizes) for name in table["chrom"].unique()}
    table = table.assign(chrom=table["chrom"].map(names)).dropna(subset="chrom")
    if table.empty:
        found = f"none of its chromosomes ({', '.join(list(names)[:3])}) is in the genome"
        raise DataError("E760", str(path), found, "Give the annotation of this assembly.")
    return table


def read_spans(
    path: str | os.PathLike | None, masks: Iterable[str], chrom_sizes: Mapping[str, int]
) -> dict[str, GeneSpans]:
    """Return what each gene mask among ``masks`` needs of a GTF file; nothing without a file."""
    wanted = sorted(set(masks) & set(_FEATURES)) if path else []
    return {mask: read_genes(path, mask, chrom_sizes) for mask in wanted if path}


def gene_spans(table: pd.DataFrame) -> GeneSpans:
    """Gather the rows of a table (chrom, start, end, strand, gene_id, gene_name) by gene."""
    number = table.groupby(["chrom", "gene_id"], sort=True).ngroup().to_numpy()
    order = np.lexsort((table["end"], table["start"], number))
    table, number = table.iloc[order], number[order]
    spans = table[["start", "end"]].to_numpy(dtype=np.int64)
    firsts = np.flatnonzero(np.diff(number, prepend=-1))
    low, high = np.minimum.reduceat(spans[:, 0], firsts), np.maximum.reduceat(spans[:, 1], firsts)
    heads = table.iloc[firsts]
    starts = np.where(heads["strand"] == "-", high - 1, low)
    columns = (heads["gene_id"], heads["gene_name"], heads["strand"], starts.tolist())
    genes = tuple(Gene(*row) for row in zip(*columns, strict=True))
    chroms = heads["chrom"].to_numpy()
    by_chrom = {}
    for chrom in dict.fromkeys(chroms.tolist()):
        numbers = np.flatnonzero(chroms == chrom)
        by_chrom[chrom] = (numbers, low[numbers], high[numbers])
    return GeneSpans(genes, spans, np.append(firsts, len(spans)), by_chrom)
