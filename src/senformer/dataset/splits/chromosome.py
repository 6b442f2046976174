"""Whole chromosomes as splits (``SPLITTERS["chromosome"]``)."""

from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd
from pydantic import Field, field_validator

from senformer.dataset.splits.base import SplitBase, SplitInputs, SplitResult, region_table
from senformer.genome.chromosomes import match_chromosomes
from senformer.genome.regions import chromosomes_as_regions


class ChromosomeSplit(SplitBase):
    """Lists of chromosome names.

    Attributes
    ----------
    by
        The name of this way to split.
    valid, test
        The chromosomes kept away from training.
    train
        The chromosomes to train on; by default all that are in neither ``valid`` nor ``test``.
    """

    by: Literal["chromosome"] = "chromosome"
    valid: list[str] = Field(default_factory=list)
    test: list[str] = Field(default_factory=list)
    train: list[str] | None = None

    @field_validator("valid", "test", "train", mode="before")
    @classmethod
    def _a_list(cls, value: Any) -> Any:
        if isinstance(value, str):
            raise ValueError("must be a list of chromosome names; by: interval takes a file")
        return value


def split_by_chromosome(config: ChromosomeSplit, inputs: SplitInputs) -> SplitResult:
    """Return every named chromosome whole.

    Raises
    ------
    DataError
        A name is unknown, or stands in two splits.
    """
    sizes = inputs.chrom_sizes
    named = {"valid": config.valid, "test": config.test}
    if config.train is not None:
        named["train"] = config.train
    found = {split: _whole(names, sizes, f"split.{split}") for split, names in named.items()}
    return SplitResult(region_table(found, sizes))


def _whole(names: list[str], sizes: Mapping[str, int], where: str) -> pd.DataFrame:
    chosen = set(match_chromosomes(names, sizes, where).values())
    return chromosomes_as_regions({chrom: size for chrom, size in sizes.items() if chrom in chosen})
