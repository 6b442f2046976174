"""Split regions: which stretch of which chromosome is train, valid or test.

Regions of different splits never share a base; windows are later cut inside one region each.
"""

import itertools
from collections.abc import Mapping

import pandas as pd

from senformer.core.errors import DataError
from senformer.dataset.config import SPLITS, SplitConfig
from senformer.genome.chromosomes import match_chromosomes
from senformer.genome.regions import chromosomes_as_regions, merge, read_regions, subtract

COLUMNS = ["chrom", "start", "end", "split"]


def split_regions(config: SplitConfig, chrom_sizes: Mapping[str, int]) -> pd.DataFrame:
    """Return the regions of every split, in genome order.

    Parameters
    ----------
    config
        Chromosome names or intervals of each split; ``train: null`` takes the rest.
    chrom_sizes
        Length in bp of every chromosome in use, in the order of the FASTA file.

    Returns
    -------
    Columns chrom, start, end (0-based half-open, bp) and split. Touching regions of one split are one.

    Raises
    ------
    DataError
        A name is unknown, or two splits share bases.
    """
    sizes = dict(chrom_sizes)
    read = _by_chromosome if config.by == "chromosome" else _by_interval
    found = {split: read(split, getattr(config, split), sizes) for split in ("valid", "test")}
    if config.train is None:
        rest = chromosomes_as_regions(sizes)
        for taken in found.values():
            rest = subtract(rest, taken) if len(taken) else rest
        found["train"] = rest
    else:
        found["train"] = read("train", config.train, sizes)
    regions = pd.concat([found[split].assign(split=split) for split in SPLITS], ignore_index=True)
    return refuse_overlap(_ordered(regions[COLUMNS], sizes))


def _by_chromosome(split: str, names: list[str] | str, sizes: dict[str, int]) -> pd.DataFrame:
    match = match_chromosomes(names, sizes, f"split.{split}")
    chosen = set(match.values())
    return chromosomes_as_regions({chrom: size for chrom, size in sizes.items() if chrom in chosen})


def _by_interval(split: str, spec: list[str] | str, sizes: dict[str, int]) -> pd.DataFrame:
    regions = read_regions(spec, sizes)[["chrom", "start", "end"]]
    return merge(regions)[["chrom", "start", "end"]] if len(regions) else regions


def _ordered(regions: pd.DataFrame, sizes: dict[str, int]) -> pd.DataFrame:
    rank = {chrom: place for place, chrom in enumerate(sizes)}
    regions = regions.astype({"start": "int64", "end": "int64"})
    order = regions.assign(rank=regions["chrom"].map(rank)).sort_values(["rank", "start", "end", "split"])
    return order.drop(columns="rank").reset_index(drop=True)


def refuse_overlap(regions: pd.DataFrame) -> pd.DataFrame:
    """Return ``regions`` (sorted) if no two of them share a base.

    Raises
    ------
    DataError
        Two regions overlap; both are named.
    """
    rows = list(regions.itertuples(index=False))
    for left, right in itertools.pairwise(rows):
        if left.chrom == right.chrom and right.start < left.end:
            raise DataError(
                "E401",
                f"split.{right.split} {right.chrom}:{right.start + 1}-{right.end}",
                f"shares bases with split.{left.split} {left.chrom}:{left.start + 1}-{left.end}",
                "Every base may belong to one split only.",
            )
    return regions
