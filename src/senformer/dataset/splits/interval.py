"""Stretches of chromosomes as splits (``SPLITTERS["interval"]``)."""

from typing import Literal

from pydantic import Field

from senformer.dataset.splits.base import SPLITS, SplitBase, SplitInputs, SplitResult, region_table
from senformer.genome.regions import merge, read_regions


class IntervalSplit(SplitBase):
    """Region strings (``chr1:1-2,000``, 1-based inclusive) or paths of BED files.

    Attributes
    ----------
    by
        The name of this way to split.
    valid, test
        The parts kept away from training.
    train
        The part to train on; by default all that is in neither ``valid`` nor ``test``.
    """

    by: Literal["interval"] = "interval"
    valid: list[str] | str = Field(default_factory=list)
    test: list[str] | str = Field(default_factory=list)
    train: list[str] | str | None = None

    def input_files(self) -> dict[str, str]:
        """Return the BED files, by split."""
        return {split: spec for split in SPLITS if isinstance(spec := getattr(self, split), str)}


def split_by_interval(config: IntervalSplit, inputs: SplitInputs) -> SplitResult:
    """Return the named regions; touching ones of one split are one.

    Raises
    ------
    DataError
        A region is none, lies outside the genome, or shares a base with another split.
    """
    specs = {"valid": config.valid, "test": config.test}
    if config.train is not None:
        specs["train"] = config.train
    found = {split: merge(read_regions(spec, inputs.chrom_sizes)) for split, spec in specs.items()}
    return SplitResult(region_table(found, inputs.chrom_sizes))
