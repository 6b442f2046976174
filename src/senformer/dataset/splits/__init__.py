"""Split regions: which stretch of which chromosome is train, valid or test.

One way to split a file; its name is the value of ``split.by``. Regions of different splits never share a
base; windows are later cut inside one region each.
"""

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

from pydantic import Discriminator, Tag

from senformer.dataset.splits.base import SplitBase, SplitInputs, SplitResult
from senformer.dataset.splits.chromosome import ChromosomeSplit, split_by_chromosome
from senformer.dataset.splits.file import FileSplit, split_by_file
from senformer.dataset.splits.homology import HomologySplit, split_by_homology
from senformer.dataset.splits.interval import IntervalSplit, split_by_interval
from senformer.dataset.splits.kfold import KfoldSplit, split_by_kfold


class Splitter(NamedTuple):
    """A way to split: its configuration, and the function ``(config, inputs) -> SplitResult``."""

    config: type[SplitBase]
    split: Callable[[Any, SplitInputs], SplitResult]


SPLITTERS: dict[str, Splitter] = {
    "chromosome": Splitter(ChromosomeSplit, split_by_chromosome),
    "homology": Splitter(HomologySplit, split_by_homology),
    "interval": Splitter(IntervalSplit, split_by_interval),
    "kfold": Splitter(KfoldSplit, split_by_kfold),
    "file": Splitter(FileSplit, split_by_file),
}


def by(values: Any) -> Any:
    """Return the way to split that a configuration names; by chromosome where it names none."""
    return values.get("by", "chromosome") if isinstance(values, dict) else getattr(values, "by", None)


SplitConfig = Annotated[
    Annotated[ChromosomeSplit, Tag("chromosome")]
    | Annotated[HomologySplit, Tag("homology")]
    | Annotated[IntervalSplit, Tag("interval")]
    | Annotated[KfoldSplit, Tag("kfold")]
    | Annotated[FileSplit, Tag("file")],
    Discriminator(by),
]


def split_regions(config: SplitBase, inputs: SplitInputs) -> SplitResult:
    """Return the regions of every split, in genome order.

    Parameters
    ----------
    config
        Of one of the ways in ``SPLITTERS``.
    inputs
        Chromosomes in use and genome.

    Returns
    -------
    Regions, and a report of what was dropped.

    Raises
    ------
    DataError
        A name is unknown, or two splits share bases.
    """
    return SPLITTERS[by(config)].split(config, inputs)
