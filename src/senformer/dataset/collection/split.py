"""Splits of several genomes made together: what is homologous across them is in one fold."""

from collections.abc import Mapping
from pathlib import Path

from senformer.core.errors import ConfigError
from senformer.dataset.config import DatasetConfig
from senformer.dataset.homology.joint import Genome, split_genomes
from senformer.dataset.plan import JointSplit, choose_chromosomes
from senformer.dataset.splits.base import SplitResult, ordered
from senformer.dataset.splits.homology import HomologySplit
from senformer.genome.fasta import open_fasta


def split_together(configs: Mapping[str, DatasetConfig], workers: int = 1) -> dict[str, JointSplit]:
    """Return the split of every genome that is split by homology; nothing where none is.

    Parameters
    ----------
    configs
        By name of the genome. All have one split, or each its own way without homology.
    workers
        Processes; the result does not depend on it.

    Raises
    ------
    ConfigError
        Some genomes are split by homology and others in another way, or with other settings.
    DataError
        As :func:`senformer.dataset.homology.joint.split_genomes`.
    """
    ways = {name: config.split for name, config in configs.items() if isinstance(config.split, HomologySplit)}
    if not ways:
        return {}
    first, split = next(iter(ways.items()))
    for name, config in configs.items():
        if config.split != split:
            raise ConfigError(
                "E107",
                f"dataset.genomes.{name}",
                f"key 'split' is not the one of {first}, which is by homology",
                "Homology is looked for across all genomes: give one split beside 'genomes'.",
            )
    sizes = {}
    for name, config in configs.items():
        if config.genome is None:
            raise ConfigError("E106", f"dataset.genomes.{name}", "key 'genome' is missing", "Add it.")
        sizes[name], _ = choose_chromosomes(config, open_fasta(config.genome))
    genomes = {name: Genome(configs[name].genome, known) for name, known in sizes.items()}
    window_bp = next(iter(configs.values())).window_bp
    found = split_genomes(genomes, split, window_bp=window_bp, workers=workers)
    regions = found.regions.groupby("genome")
    return {
        name: JointSplit(
            SplitResult(ordered(regions.get_group(name).drop(columns="genome"), sizes[name]), found.report),
            {f"split.{other}": Path(str(configs[other].genome)) for other in configs if other != name},
        )
        for name in configs
    }
