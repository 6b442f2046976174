"""Which genes, tracks and windows an evaluation of genes takes; every fault shows before any work."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from senformer.core.errors import ConfigError, DataError
from senformer.core.tables import choose
from senformer.dataset import AnyDataset, Dataset, TableDataset
from senformer.dataset.negatives import is_shuffled
from senformer.evaluate.genes.experiments import Experiments, choose_experiments
from senformer.evaluate.genes.places import GenePlaces, in_own_windows, in_windows_of_split, on_chromosomes
from senformer.evaluate.genes.starts import PROTEIN_CODING, read_starts

WINDOWS: Mapping[str, str] = {
    "centered": "a window around each transcription start, wholly inside its split",
    "tiled": "the windows of the split, whose targets touch",
}


@dataclass(frozen=True)
class GeneOptions:
    """What to measure at genes.

    Attributes
    ----------
    path
        GTF or BED file of genes.
    assays
        Assays whose tracks measure expression; by default those that count 5' ends.
    gene_types
        Types to keep, where the file gives types; ``any`` for all.
    windows
        ``centered`` or ``tiled``, of :data:`WINDOWS`.
    n_bins
        Bins that are summed, an odd number: that of the start and those around it.
    """

    path: Path
    assays: tuple[str, ...] = ()
    gene_types: tuple[str, ...] = PROTEIN_CODING
    windows: str = "centered"
    n_bins: int = 3

    def __post_init__(self) -> None:
        """Refuse what cannot be centered on a start, and windows of another name."""
        if self.n_bins < 1 or self.n_bins % 2 == 0:
            found = f"is {self.n_bins}; bins lie around that of the start"
            raise ConfigError("E668", "--gene-bins", found, "Give an odd number.")
        choose(WINDOWS, self.windows, "gene windows")

    @property
    def settings(self) -> dict[str, Any]:
        """All but the path, as plain values for a run record."""
        return {key: value for key, value in asdict(self).items() if key != "path"}


@dataclass(frozen=True)
class GenePlan:
    """The dataset, its genes with their places, the experiments, and what of the file is not measured."""

    options: GeneOptions
    dataset: Dataset
    places: GenePlaces
    experiments: Experiments
    counts: dict[str, int]


def plan_genes(
    options: GeneOptions,
    dataset: AnyDataset,
    split: str,
    windows: pd.DataFrame,
    window_bp: int,
    crop_bins: int,
) -> GenePlan:
    """Read the genes and find where each is predicted.

    Parameters
    ----------
    options
        What is asked for.
    dataset, split
        Of the evaluation.
    windows
        The windows of the split.
    window_bp, crop_bins
        Geometry of the model.

    Raises
    ------
    ConfigError
        The dataset is a table, its targets are labels (E665), the target is shorter than the bins asked for
        (E668), or no track is of the assays (E663).
    DataError
        The file is damaged or of another assembly, or no gene of it can be measured (E660).
    """
    if isinstance(dataset, TableDataset) or dataset.config.labels is not None:
        what = "is a table" if isinstance(dataset, TableDataset) else "has labels for targets"
        todo = "Leave --genes out, or give a dataset of a genome with signal."
        raise ConfigError("E665", str(dataset.path), f"{what}: no expression can be read from it", todo)
    target_bins = window_bp // dataset.bin_bp - 2 * crop_bins
    if options.n_bins > target_bins:
        found = f"is {options.n_bins}, the model predicts {target_bins} bins"
        raise ConfigError("E668", "--gene-bins", found, "Give fewer.")
    experiments = choose_experiments(dataset.tracks, options.assays)
    genes, counts = read_starts(options.path, options.gene_types)
    genes = on_chromosomes(genes, dataset, split, str(options.path))
    if experiments.need_strand:
        genes.loc[(genes["reason"] == "") & (genes["strand"] == "."), "reason"] = "no_strand"
    if options.windows == "centered":
        places = in_own_windows(genes, dataset, split, window_bp, crop_bins, options.n_bins)
    else:
        whole = windows[~is_shuffled(dataset.config.negatives, windows)].reset_index(drop=True)
        regions = dataset.split_regions
        regions = regions[regions["split"] == split].reset_index(drop=True)
        places = in_windows_of_split(genes, whole, regions, dataset.bin_bp, crop_bins, options.n_bins)
    if places.genes.empty:
        lost = {"n_other_type": counts["n_other_type"], **places.dropped}
        listed = ", ".join(f"{name} {n:,}" for name, n in lost.items() if n)
        found = f"none of its {counts['n_rows']:,} rows is a gene that can be measured ({listed})"
        raise DataError("E660", str(options.path), found, "Choose another split, or check the assembly.")
    return GenePlan(options, dataset, places, experiments, counts)
