"""What all splitters share: the region table, its order, and that no base is in two splits."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from senformer.core.config import Config
from senformer.core.errors import DataError
from senformer.genome.regions import chromosomes_as_regions, subtract

SPLITS = ("train", "valid", "test")
COLUMNS = ["chrom", "start", "end", "split", "fold"]


@dataclass(frozen=True)
class SplitInputs:
    """What a splitter may read.

    Attributes
    ----------
    chrom_sizes
        Length in bp of every chromosome in use, in genome order.
    genome
        Path of the FASTA file; None where there is none to read.
    window_bp
        Width of the windows to be cut; None where it is not known yet.
    all_sizes
        Length of every chromosome of the genome, in use or not; None where all are in use.
    workers
        Processes; no split depends on it.
    """

    chrom_sizes: Mapping[str, int]
    genome: Path | None = None
    window_bp: int | None = None
    all_sizes: Mapping[str, int] | None = None
    workers: int = 1

    @property
    def known_sizes(self) -> Mapping[str, int]:
        """Length of every chromosome that a file may name."""
        return self.chrom_sizes if self.all_sizes is None else self.all_sizes


@dataclass(frozen=True)
class SplitResult:
    """What a splitter returns.

    Attributes
    ----------
    regions
        Columns chrom, start, end (0-based half-open, bp), split, and fold: a name, or None where the split
        has no folds.
    report
        Plain values that ``dataset.json`` keeps and the build prints: whatever was dropped or not reached.
    """

    regions: pd.DataFrame
    report: dict = field(default_factory=dict)


class SplitBase(Config):
    """Base of the configuration of every splitter."""

    def input_files(self) -> dict[str, str]:
        """Return the files that decide the split, by key."""
        return {}

    def aims(self) -> dict[str, float]:
        """Return the share of all windows that each split should get; empty where none is asked for."""
        return {}


def fold_aims(n_folds: int, valid: int, test: int) -> dict[str, float]:
    """Return the aims of splits that are so many of ``n_folds`` equal folds; train is the rest.

    Examples
    --------
    >>> fold_aims(4, valid=1, test=1)
    {'train': 0.5, 'valid': 0.25, 'test': 0.25}
    """
    return {
        "train": (n_folds - valid - test) / n_folds,
        "valid": valid / n_folds,
        "test": test / n_folds,
    }


def region_table(found: Mapping[str, pd.DataFrame], chrom_sizes: Mapping[str, int]) -> pd.DataFrame:
    """Return the regions of every split as one table in genome order, without folds.

    Parameters
    ----------
    found
        Per split a table of chrom, start and end. Without ``train``, all that no other split takes is train.
    chrom_sizes
        Length of every chromosome in bp, in genome order.

    Raises
    ------
    DataError
        Two splits share bases.
    """
    found = dict(found)
    if "train" not in found:
        rest = chromosomes_as_regions(chrom_sizes)
        for taken in found.values():
            rest = subtract(rest, taken) if len(taken) else rest
        found["train"] = rest
    parts = [found[split].assign(split=split, fold=None) for split in SPLITS if split in found]
    return refuse_overlap(ordered(pd.concat(parts, ignore_index=True), chrom_sizes))


def ordered(regions: pd.DataFrame, chrom_sizes: Mapping[str, int]) -> pd.DataFrame:
    """Return the regions in genome order, with the columns of every region table."""
    rank = {chrom: place for place, chrom in enumerate(chrom_sizes)}
    regions = regions.astype({"start": "int64", "end": "int64"})
    order = regions.assign(rank=regions["chrom"].map(rank)).sort_values(["rank", "start", "end", "split"])
    return with_fold(order)


def with_fold(regions: pd.DataFrame) -> pd.DataFrame:
    """Return a region table whose missing folds are None, whatever they were read as."""
    fold = [None if pd.isna(name) else str(name) for name in regions["fold"]]
    return regions.assign(fold=pd.Series(fold, index=regions.index, dtype=object))[COLUMNS].reset_index(
        drop=True
    )


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
