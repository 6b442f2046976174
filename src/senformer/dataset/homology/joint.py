"""Folds of one or several genomes, so that what is homologous is in one fold."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Int

from senformer.core.errors import DataError
from senformer.core.seeding import numpy_rng
from senformer.dataset.config import SPLITS
from senformer.dataset.homology.alignments import read_alignments
from senformer.dataset.homology.assign import assign_folds
from senformer.dataset.homology.components import find_components
from senformer.dataset.homology.config import PUBLISHED, HomologyConfig, SketchConfig
from senformer.dataset.homology.contigs import carry_cuts, cut_contigs, halve, whole_contigs
from senformer.dataset.homology.intervals import merge
from senformer.dataset.homology.leakage import count_leaks
from senformer.dataset.homology.links import Links
from senformer.dataset.homology.matches import find_links
from senformer.dataset.homology.sketch import Bases, find_gaps, make_sketch
from senformer.dataset.homology.space import Space
from senformer.genome.fasta import open_fasta

REGION_COLUMNS = ["genome", "chrom", "start", "end", "split", "fold"]
_BREAK_BP, _PARTS = 1_000_000, 100


class Genome(NamedTuple):
    """One genome to split.

    Attributes
    ----------
    fasta
        Path, an open reader, or None where alignments alone decide (then no gap is known).
    chrom_sizes
        Length in bp of the chromosomes in use.
    exclude
        Regions (chrom, start, end) that belong to no split.
    """

    fasta: Path | str | Bases | None
    chrom_sizes: Mapping[str, int]
    exclude: pd.DataFrame | None = None


@dataclass(frozen=True)
class HomologyFolds:
    """The folds that were made.

    Attributes
    ----------
    regions
        Columns genome, chrom, start, end, split and fold, in genome order; touching regions of one fold
        are one.
    report
        Plain values: contigs, components and the largest of them, what every fold reached, bases in none,
        what was masked, and how much leaks (``leaks``, one row a pair of splits).
    """

    regions: pd.DataFrame
    report: dict[str, Any]


def joint_split(genomes: Mapping[str, Genome | tuple], config: HomologyConfig) -> dict[str, pd.DataFrame]:
    """Return the regions of every genome: chrom, start, end, split and fold. See :func:`split_genomes`."""
    regions = split_genomes(genomes, config).regions
    return {
        name: regions[regions["genome"] == name].drop(columns="genome").reset_index(drop=True)
        for name in genomes
    }


def split_genomes(
    genomes: Mapping[str, Genome | tuple], config: HomologyConfig, *, workers: int = 1
) -> HomologyFolds:
    """Cut genomes into contigs, join what is homologous, and share the components out.

    Parameters
    ----------
    genomes
        :class:`Genome` by name (or a tuple of its three values); the first is the default target of
        alignments.
    config
        See :class:`HomologyConfig`.
    workers
        Processes; the result does not depend on it.

    Raises
    ------
    DataError
        A split that should get bases gets none, because one component holds too much (E463), and what the
        readers raise.
    """
    given = {name: Genome(*genome) for name, genome in genomes.items()}
    config = _with_published(config)
    space, links, deciding, gaps, counts = _find(given, config, workers)
    contigs, cuts = _contigs(space, links, gaps, given, config)
    usable = deciding[deciding.shorter_bp >= config.min_alignment_bp]
    component = find_components(contigs, usable, config.min_overlap_bp)
    lengths = np.bincount(component, weights=contigs[:, 1] - contigs[:, 0]).astype(np.int64)
    shares, taker = _shares(config)
    rng = numpy_rng(config.seed, "homology folds")
    folds = assign_folds(lengths, shares, rng, taker=taker)[component]
    names = list(shares)
    parts = {name: merge(contigs[folds == index]) for index, name in enumerate(names)}
    regions = _regions(space, parts, config)
    splits = {
        split: np.concatenate(
            [np.zeros((0, 2), np.int64), *(parts[n] for n in names if _split_of(n, config) == split)]
        )
        for split in SPLITS
    }
    report = {
        **counts,
        "contigs": len(contigs),
        "cuts": len(cuts),
        "components": len(lengths),
        "largest_components": _largest(space, contigs, component, lengths),
        "folds": _reached(space, parts, shares, given),
        "in_no_fold_bp": int(sum(space.sizes) - lengths.sum()),
        "leaks": [
            {"split": split, "against": other, **values}
            for (split, other), values in count_leaks(links, splits).items()
        ],
    }
    _refuse_empty(report, shares)
    return HomologyFolds(regions[regions["genome"].isin(list(genomes))].reset_index(drop=True), report)


def _with_published(config: HomologyConfig) -> HomologyConfig:
    return config.model_copy(update=PUBLISHED) if config.published else config


def _find(
    genomes: Mapping[str, Genome], config: HomologyConfig, workers: int
) -> tuple[Space, Links, Links, np.ndarray, dict[str, Any]]:
    """Return the axis, all links, the links that decide, the gaps, and counts for the report."""
    sizes = {name: genome.chrom_sizes for name, genome in genomes.items()}
    sources: dict[str, Bases] = {
        name: open_fasta(genome.fasta) if isinstance(genome.fasta, str | Path) else genome.fasta
        for name, genome in genomes.items()
        if genome.fasta is not None
    }
    if config.alignments:
        found = read_alignments(config.alignments, sizes)
        gaps = find_gaps(sources, found.space, workers=workers)
        deciding = found.spans if config.published else found.blocks
        counts = {"way": "alignments", "links": len(found.blocks), "deciding_links": len(deciding)}
        return found.space, found.blocks, deciding, gaps, counts
    settings = config.sketch or SketchConfig()
    if len(sources) < len(genomes):
        lost = next(name for name in genomes if name not in sources)
        raise DataError(
            "E460", "homology", f"no sequence is given for {lost}", "Give its FASTA, or alignments."
        )
    sketch = make_sketch(sources, settings, space=Space.of(sizes), workers=workers)
    similar = find_links(sketch, settings)
    counts = {"way": "sketch", "links": len(similar.links), "deciding_links": len(similar.links)}
    return sketch.space, similar.links, similar.links, sketch.gaps, counts | {"sketch": similar.counts}


def _contigs(
    space: Space, links: Links, gaps: np.ndarray, genomes: Mapping[str, Genome], config: HomologyConfig
) -> tuple[Int[np.ndarray, "contig 2"], Int[np.ndarray, " cut"]]:
    """Return the contigs of all genomes, and where they were cut."""
    gaps = gaps[gaps[:, 1] - gaps[:, 0] >= config.min_gap_bp]
    excluded = [
        space.place(genome.exclude, name)
        for name, genome in genomes.items()
        if genome.exclude is not None and len(genome.exclude)
    ]
    contigs = whole_contigs(space, np.concatenate([gaps, *excluded]))
    total = int(sum(size for genome in genomes.values() for size in genome.chrom_sizes.values()))
    break_bp = config.break_bp or max(1000, min(_BREAK_BP, total // _PARTS))
    if config.published:
        cuts = halve(contigs, break_bp)
        return cut_contigs(contigs, cuts), cuts
    covered = merge(np.concatenate([links.a, links.b]))
    gapless = links[links.gapless]
    owner = np.array(space.genomes)[space.chromosome(contigs[:, 0])]
    cuts = np.zeros(0, np.int64)
    # A genome is cut where the ones before it were; what is still too long is cut, and carried to all.
    for name in dict.fromkeys(space.genomes):
        new = halve(cut_contigs(contigs[owner == name], cuts), break_bp, covered)
        cuts = np.unique(np.concatenate([cuts, new, carry_cuts(new, gapless)]))
    return cut_contigs(contigs, cuts), cuts


def _shares(config: HomologyConfig) -> tuple[dict[str, float], str | None]:
    if config.folds is not None:
        return {f"fold{index}": 1 / config.folds for index in range(config.folds)}, None
    train = 1 - config.valid - config.test
    return {"train": train, "valid": config.valid, "test": config.test}, "train"


def _split_of(name: str, config: HomologyConfig) -> str:
    special = {f"fold{config.valid_fold}": "valid", f"fold{config.test_fold}": "test"}
    return name if config.folds is None else special.get(name, "train")


def _regions(space: Space, parts: Mapping[str, np.ndarray], config: HomologyConfig) -> pd.DataFrame:
    intervals = np.concatenate(list(parts.values()))
    fold = np.repeat(list(parts), [len(part) for part in parts.values()])
    order = np.argsort(intervals[:, 0])
    table = space.table(intervals[order]).assign(fold=fold[order])
    return table.assign(split=[_split_of(name, config) for name in table["fold"]])[REGION_COLUMNS]


def _largest(
    space: Space, contigs: np.ndarray, component: np.ndarray, lengths: np.ndarray, shown: int = 5
) -> list[dict[str, Any]]:
    rows = []
    for index in np.argsort(-lengths, kind="stable")[:shown]:
        mine = contigs[component == index]
        first = space.table(mine[:1]).iloc[0]
        begins = f"{first['genome']} {first['chrom']}:{first['start'] + 1:,}"
        share = float(lengths[index] / lengths.sum())
        rows.append({"bp": int(lengths[index]), "fraction": share, "contigs": len(mine), "begins": begins})
    return rows


def _reached(
    space: Space, parts: Mapping[str, np.ndarray], shares: Mapping[str, float], genomes: Mapping[str, Genome]
) -> dict[str, dict[str, Any]]:
    """Return aim and reached share of every fold, over all genomes and in each."""
    owners = {
        name: np.array(space.genomes)[space.chromosome(part[:, 0])] if len(part) else np.zeros(0, str)
        for name, part in parts.items()
    }

    def bases(name: str, genome: str | None = None) -> int:
        part = parts[name] if genome is None else parts[name][owners[name] == genome]
        return int((part[:, 1] - part[:, 0]).sum())

    def share(name: str, genome: str | None = None) -> float:
        return bases(name, genome) / max(1, sum(bases(other, genome) for other in parts))

    return {
        name: {
            "aim": aim,
            "reached": share(name),
            "bp": bases(name),
            "by_genome": {genome: share(name, genome) for genome in genomes},
        }
        for name, aim in shares.items()
    }


def _refuse_empty(report: Mapping[str, Any], shares: Mapping[str, float]) -> None:
    empty = [name for name, aim in shares.items() if aim > 0 and not report["folds"][name]["bp"]]
    if empty:
        largest = report["largest_components"][0]
        told = (
            f"{', '.join(empty)} got no base: the largest component, from {largest['begins']} on, holds "
            f"{largest['fraction']:.0%} of all"
        )
        todo = "Lower break_bp, ask for longer or more similar stretches, or raise the fraction."
        raise DataError("E463", "split (by: homology)", told, todo)
