"""Sites of motifs along a genome, in pieces, as tables and as a file."""

import os
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from senformer.classical.pwm.scan import Scanner, Sites
from senformer.core.commit import write_bytes
from senformer.genome.fasta import FastaReader
from senformer.genome.interval import Interval

COLUMNS = ["chrom", "start", "end", "motif", "score", "strand", "p_value"]
_PIECE_BP = 1_000_000


def scan_genome(
    scanner: Scanner, genome: FastaReader, regions: Iterable[Interval] | pd.DataFrame | None = None
) -> Iterator[pd.DataFrame]:
    """Yield the sites of motifs, one table for every piece of at most 1 Mb, in order.

    Parameters
    ----------
    scanner
        The motifs, by ``make_scanner``.
    genome
        Opened by ``senformer.open_genome``.
    regions
        Where to look; a site lies inside one of them. Intervals, or a table with the columns chrom, start and
        end (0-based, half-open). By default the whole genome.

    Returns
    -------
    Columns chrom, start, end (0-based, half-open), motif (its name), score (bits), strand (+ or -) and
    p_value.

    Raises
    ------
    DataError
        A region leaves the genome (E208).
    """
    if regions is None:
        regions = [Interval(chrom, 0, size) for chrom, size in genome.chrom_sizes.items()]
    elif isinstance(regions, pd.DataFrame):
        places = zip(regions["chrom"], regions["start"], regions["end"], strict=True)
        regions = [Interval(str(chrom), int(start), int(end)) for chrom, start, end in places]
    names = pd.Index([motif.name for motif in scanner.motifs], dtype="str")
    for region in regions:
        for first in range(region.start, region.end, _PIECE_BP):
            # Sites that begin in this piece may end in the next.
            last = min(first + _PIECE_BP, region.end)
            end = min(last + scanner.widest_bp - 1, region.end)
            sites = scanner.find(genome.fetch(region.chrom, first, end))
            frame = _table(region.chrom, first, sites, names)
            yield frame[frame["start"] < last].reset_index(drop=True)


def _table(chrom: str, shift: int, sites: Sites, names: pd.Index) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "chrom": chrom,
            "start": sites.start + shift,
            "end": sites.end + shift,
            "motif": names[sites.motif],
            "score": sites.score,
            "strand": np.where(sites.strand > 0, "+", "-"),
            "p_value": sites.p_value,
        },
        columns=COLUMNS,
    )


def write_sites(path: str | os.PathLike, tables: Iterable[pd.DataFrame]) -> int:
    """Write sites as BED with a seventh column, the p-value, and a header behind ``#``; return how many.

    Raises
    ------
    OutputError, StorageError
        The file cannot be written, or the disk is full; nothing is left behind.
    """
    n_sites = 0

    def blocks() -> Iterator[bytes]:
        nonlocal n_sites
        yield ("#" + "\t".join(COLUMNS) + "\n").encode()
        for table in tables:
            n_sites += len(table)
            text = table.assign(
                score=table["score"].map("{:.2f}".format), p_value=table["p_value"].map("{:.3g}".format)
            )
            yield text.to_csv(sep="\t", header=False, index=False, lineterminator="\n").encode()

    write_bytes(path, blocks())
    return n_sites
