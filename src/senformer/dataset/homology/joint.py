"""Folds of one or several genomes, so that what is homologous is in one fold."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from senformer.core.errors import DataError
from senformer.dataset.homology.alignments import read_alignments
from senformer.dataset.homology.config import PUBLISHED, HomologyConfig, SketchConfig
from senformer.dataset.homology.contigs import whole_contigs
from senformer.dataset.homology.leakage import count_leaks
from senformer.dataset.homology.links import Links
from senformer.dataset.homology.matches import find_links
from senformer.dataset.homology.sharing import Sharing, share_out, split_of
from senformer.dataset.homology.sketch import Bases, find_gaps, make_sketch
from senformer.dataset.homology.space import Space
from senformer.dataset.splits.base import SPLITS
from senformer.genome.fasta import open_fasta

REGION_COLUMNS = ["genome", "chrom", "start", "end", "split", "fold"]


class Genome(NamedTuple):
    """One genome to split.

    Attributes
    ----------
    fasta
        Path, an open reader, or None where alignments alone decide (then no gap is known).
    chrom_sizes
        Length in bp of the chromosomes in use.
    """

    fasta: Path | str | Bases | None
    chrom_sizes: Mapping[str, int]


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


def split_genomes(
    genomes: Mapping[str, Genome | tuple],
    config: HomologyConfig,
    *,
    window_bp: int | None = None,
    workers: int = 1,
) -> HomologyFolds:
    """Cut genomes into contigs, join what is homologous, and share the components out.

    Parameters
    ----------
    genomes
        :class:`Genome` by name (or a tuple of its two values); the first is the default target of
        alignments.
    config
        See :class:`HomologyConfig`.
    window_bp
        Width of the windows to be cut: contigs are not halved below twice that, unless ``break_bp`` says so.
    workers
        Processes; the result does not depend on it.

    Raises
    ------
    DataError
        A split that should get bases gets none, because one component holds too much (E463), and what the
        readers raise.
    """
    given = {name: Genome(*genome) for name, genome in genomes.items()}
    config = config.model_copy(update=PUBLISHED) if config.published else config
    space, links, deciding, gaps, counts = _find(given, config, workers)
    contigs = whole_contigs(space, gaps[gaps[:, 1] - gaps[:, 0] >= config.min_gap_bp])
    sharing = share_out(space, contigs, links, deciding, config, window_bp or 0)
    report = {
        **counts,
        "break_bp": sharing.break_bp,
        "contigs": len(sharing.contigs),
        "components": len(sharing.lengths_bp),
        "largest_components": _largest(space, sharing),
        "folds": _reached(space, sharing, given),
        "in_no_fold_bp": int(sum(space.sizes) - sharing.lengths_bp.sum()),
        "leaks": _leaks(links, sharing, config),
    }
    _refuse_empty(report)
    regions = _regions(space, sharing, config)
    return HomologyFolds(regions[regions["genome"].isin(list(genomes))].reset_index(drop=True), report)


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
        counts = {
            "way": "alignments",
            "links": len(found.blocks),
            "deciding_links": len(deciding),
            "left_out_links": found.left_out,
        }
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


def _leaks(links: Links, sharing: Sharing, config: HomologyConfig) -> list[dict[str, Any]]:
    none = np.zeros((0, 2), np.int64)
    splits = {
        split: np.concatenate(
            [none, *(part for name, part in sharing.parts.items() if split_of(name, config) == split)]
        )
        for split in SPLITS
    }
    return [
        {"split": split, "against": other, **values}
        for (split, other), values in count_leaks(links, splits).items()
    ]


def _regions(space: Space, sharing: Sharing, config: HomologyConfig) -> pd.DataFrame:
    intervals = np.concatenate(list(sharing.parts.values()))
    fold = np.repeat(list(sharing.parts), [len(part) for part in sharing.parts.values()])
    order = np.argsort(intervals[:, 0])
    table = space.table(intervals[order]).assign(fold=fold[order])
    return table.assign(split=[split_of(name, config) for name in table["fold"]])[REGION_COLUMNS]


def _largest(space: Space, sharing: Sharing, shown: int = 5) -> list[dict[str, Any]]:
    rows, lengths = [], sharing.lengths_bp
    for index in np.argsort(-lengths, kind="stable")[:shown]:
        mine = sharing.contigs[sharing.component == index]
        first = space.table(mine[:1]).iloc[0]
        begins = f"{first['genome']} {first['chrom']}:{first['start'] + 1:,}"
        share = float(lengths[index] / lengths.sum())
        rows.append({"bp": int(lengths[index]), "fraction": share, "contigs": len(mine), "begins": begins})
    return rows


def _reached(space: Space, sharing: Sharing, genomes: Mapping[str, Genome]) -> dict[str, dict[str, Any]]:
    """Return aim and reached share of every fold, over all genomes and in each."""
    owners = np.array(space.genomes)
    bases = {
        (name, genome): int((part[:, 1] - part[:, 0])[owners[space.chromosome(part[:, 0])] == genome].sum())
        for name, part in sharing.parts.items()
        for genome in dict.fromkeys(space.genomes)
    }

    def share(name: str, genome: str | None = None) -> float:
        chosen = {key: bp for key, bp in bases.items() if genome in (None, key[1])}
        return sum(bp for key, bp in chosen.items() if key[0] == name) / max(1, sum(chosen.values()))

    return {
        name: {
            "aim": aim,
            "reached": share(name),
            "bp": sum(bp for key, bp in bases.items() if key[0] == name),
            "by_genome": {genome: share(name, genome) for genome in genomes},
        }
        for name, aim in sharing.shares.items()
    }


def _refuse_empty(report: Mapping[str, Any]) -> None:
    empty = [name for name, fold in report["folds"].items() if fold["aim"] > 0 and not fold["bp"]]
    if empty:
        largest = report["largest_components"][0]
        told = (
            f"{', '.join(empty)} got no base: the largest component, from {largest['begins']} on, holds "
            f"{largest['fraction']:.0%} of all"
        )
        todo = "Lower break_bp, ask for longer or more similar stretches, or raise the fraction."
        raise DataError("E463", "split (by: homology)", told, todo)
