"""Folds without homology between them (``SPLITTERS["homology"]``)."""

from typing import Literal

from senformer.core.errors import DataError
from senformer.dataset.homology.config import HomologyConfig
from senformer.dataset.homology.joint import Genome, split_genomes
from senformer.dataset.splits.base import SplitInputs, SplitResult, ordered

# How alignments name the genome of the dataset.
GENOME = "genome"


class HomologySplit(HomologyConfig):
    """Similar stretches go to one fold; see :class:`~senformer.dataset.homology.config.HomologyConfig`.

    Attributes
    ----------
    by
        The name of this way to split.
    """

    by: Literal["homology"] = "homology"

    def input_files(self) -> dict[str, str]:
        """Return the alignment files, by number."""
        return {f"alignments.{index}": found.file for index, found in enumerate(self.alignments)}


def split_by_homology(config: HomologySplit, inputs: SplitInputs) -> SplitResult:
    """Return regions that share no base and, as far as the alignments or the sketch tell, no homology.

    Raises
    ------
    DataError
        There is no sequence to compare (E460), or one component holds so much that a split would get no base
        (E463), and what the readers raise.
    """
    if inputs.genome is None and not config.alignments:
        raise DataError("E460", "split", "no genome is given to compare", "Give its FASTA, or alignments.")
    genomes = {GENOME: Genome(inputs.genome, inputs.chrom_sizes)}
    found = split_genomes(genomes, config, window_bp=inputs.window_bp, workers=inputs.workers)
    regions = found.regions[["chrom", "start", "end", "split", "fold"]]
    return SplitResult(ordered(regions, inputs.chrom_sizes), found.report)
