"""Assembly gaps: regions are cut there, so that no window spans one.

Source: Basenji's and Akita's data pipelines cut chromosomes into contigs at assembly gaps first; idea only.
"""

from collections.abc import Iterable, Iterator

import pandas as pd

from senformer.dataset.config import DatasetConfig
from senformer.genome.fasta import FastaReader
from senformer.genome.regions import COLUMNS, merge, read_regions
from senformer.genome.sequence import unknown_runs

_FETCH_BP = 1 << 24


def read_gaps(config: DatasetConfig, fasta: FastaReader, chroms: Iterable[str]) -> pd.DataFrame:
    """Return the gaps of at least ``min_gap_bp`` bases on some chromosomes: chrom, start, end; sorted.

    Raises
    ------
    DataError
        The file of gaps is damaged, or its regions are not inside the genome.

    Notes
    -----
    ``assembly`` reads the whole genome once: some ten seconds for a human one.
    """
    if config.gaps == "none":
        return pd.DataFrame(columns=COLUMNS).astype({"start": "int64", "end": "int64"})
    if config.gaps == "assembly":
        rows = [(chrom, *run) for chrom in chroms for run in assembly_gaps(fasta, chrom)]
        gaps = pd.DataFrame(rows, columns=COLUMNS).astype({"start": "int64", "end": "int64"})
    else:
        gaps = read_regions(config.gaps, fasta.chrom_sizes)
        gaps = gaps[gaps["chrom"].isin(set(chroms))]
    gaps = merge(gaps)
    return gaps[gaps["end"] - gaps["start"] >= config.min_gap_bp].reset_index(drop=True)


def assembly_gaps(fasta: FastaReader, chrom: str, fetch_bp: int = _FETCH_BP) -> Iterator[tuple[int, int]]:
    """Yield start and end of the runs of N of a chromosome; one that crosses a fetch comes in two."""
    size = fasta.chrom_sizes[chrom]
    for lo in range(0, size, fetch_bp):
        codes = fasta.fetch(chrom, lo, min(lo + fetch_bp, size))
        yield from (tuple(run) for run in (unknown_runs(codes) + lo).tolist())


def report_of(gaps: pd.DataFrame, config: DatasetConfig) -> dict[str, int]:
    """Return what a build says of the gaps it cut out; nothing where none were asked for."""
    if config.gaps == "none":
        return {}
    return {"n_gaps": len(gaps), "gap_bp": int((gaps["end"] - gaps["start"]).sum())}
