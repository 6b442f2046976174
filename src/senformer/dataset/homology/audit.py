"""The auditor: how much of valid and test is in train, or is like it, in any split of any genome.

``doctor --leakage`` shows what :func:`audit_dataset` and :func:`audit_against_card` return.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import UInt8

from senformer.core.errors import DataError, MissingInputError
from senformer.dataset.homology.config import SketchConfig
from senformer.dataset.homology.intervals import merge
from senformer.dataset.homology.leakage import count_leaks, leaking_links
from senformer.dataset.homology.links import Links
from senformer.dataset.homology.matches import Found, find_links
from senformer.dataset.homology.sketch import Bases, make_sketch
from senformer.dataset.homology.space import Space
from senformer.dataset.manifest import read_json
from senformer.dataset.store import Dataset, genome_dataset
from senformer.dataset.windows import inside_chromosomes
from senformer.genome.chromosomes import match_chromosomes
from senformer.genome.fasta import open_fasta

_WORST = 20
_CARDS = ("card.json", "model/card.json")


class StoredBases:
    """The sequence of a dataset, as a FASTA reader gives that of a genome."""

    def __init__(self, dataset: Dataset) -> None:
        self.chrom_sizes: Mapping[str, int] = dataset.chrom_sizes
        self._dataset = dataset

    def fetch(self, chrom: str, start: int, end: int) -> UInt8[np.ndarray, " base"]:
        """Return the codes of a stretch."""
        return self._dataset.sequence(chrom, start, end)


def audit(
    regions: pd.DataFrame,
    sources: Mapping[str, Bases],
    config: SketchConfig | None = None,
    *,
    links: tuple[Space, Links] | None = None,
    workers: int = 1,
) -> dict[str, Any]:
    """Measure what leaks between the splits of one or several genomes.

    Parameters
    ----------
    regions
        Columns chrom, start, end, split, and genome where there are several. Rows may overlap.
    sources
        ``{genome: its sequence}``: FASTA readers, or datasets as :class:`StoredBases`.
    config
        What counts as similar; by default :class:`SketchConfig`.
    links
        The axis and the links of an alignment, instead of comparing sequences.
    workers
        Processes; the result does not depend on it.

    Returns
    -------
    Plain values. ``way``: sketch or alignments. ``splits``: bases of each. ``leaks``: one row an ordered pair
    of splits: split, against, bp (bases of the split), shared_bp (the same bases are in both),
    homologous_bp (bases with their like in the other), leaked_bp (either) and fraction (leaked_bp / bp).
    ``genomes``: where there are several, the same of each genome's part of a split (``genome``) against each
    genome's part of the other (``against_genome``), which may be the same genome.
    ``worst``: the pairs of stretches that leak most from valid and test into train, and from test into
    valid: split, against, region and partner as ``genome chrom:start-end`` (1-based, both ends included),
    strand, bp and identity (estimated; None for alignments). ``sketch``: settings and counts of words.

    Raises
    ------
    DataError
        A region is of no chromosome of the sources, or leaves it (E460).
    """
    settings = config or SketchConfig()
    if links is None:
        sketch = make_sketch(sources, settings, workers=workers)
        found = find_links(sketch, settings)
        space, details = sketch.space, {"settings": settings.model_dump(), **found.counts}
    else:
        space, given = links
        found, details = Found(given, np.full(len(given), np.nan), np.zeros(len(given), np.int64), {}), None
    owner = None if "genome" in regions else space.genomes[0]
    placed = space.place(regions, owner)
    names = regions["split"].to_numpy()
    owners = regions["genome"].to_numpy() if owner is None else np.full(len(regions), owner, object)
    parts = {name: merge(placed[names == name]) for name in _ordered(names)}
    counts = count_leaks(found.links, parts)
    rows = [
        {"split": split, "against": other, **values, "fraction": values["leaked_bp"] / max(1, values["bp"])}
        for (split, other), values in counts.items()
    ]
    return {
        "way": "alignments" if details is None else "sketch",
        "links": len(found.links),
        "splits": {name: int((part[:, 1] - part[:, 0]).sum()) for name, part in parts.items()},
        "leaks": rows,
        "genomes": _by_genome(found.links, placed, names, owners),
        "worst": _worst(space, found, parts),
        "sketch": details,
    }


def audit_dataset(
    path: str | os.PathLike,
    genome: str | os.PathLike | None = None,
    config: SketchConfig | None = None,
    *,
    workers: int = 1,
) -> dict[str, Any]:
    """Measure what leaks between the windows of a built dataset.

    Parameters
    ----------
    path
        Folder that ``build`` made.
    genome
        Its FASTA file; by default the bases are read from the dataset itself.
    config, workers
        As :func:`audit`.

    Returns
    -------
    As :func:`audit`. A split is all that its windows read.

    Raises
    ------
    MissingInputError, DataError
        There is no dataset, it is damaged, or the genome is not its own.
    """
    dataset = genome_dataset(path)
    source = _source(dataset, genome)
    windows = dataset.windows[["chrom", "start", "end", "split"]]
    return audit(
        inside_chromosomes(windows, source.chrom_sizes), {dataset.organism: source}, config, workers=workers
    )


def audit_against_card(
    path: str | os.PathLike,
    card: str | os.PathLike | Mapping[str, Any],
    genome: str | os.PathLike | None = None,
    config: SketchConfig | None = None,
    *,
    organism: str | None = None,
    workers: int = 1,
) -> dict[str, Any]:
    """Measure how much of a dataset's splits a model has seen in its own training.

    Parameters
    ----------
    path
        Folder that ``build`` made.
    card
        ``card.json``, the folder of a model or a run, or the card's values. Its training intervals must be of
        the same genome.
    genome
        FASTA of the genome; needed where the model trained on chromosomes that the dataset does not hold.
    config, workers
        As :func:`audit`.
    organism
        Whose training intervals; by default the dataset's, or the card's only one.

    Returns
    -------
    As :func:`audit`, with the model's training as a split ``pretraining``; and ``unknown_bp``, the bases of
    the model's training on chromosomes that have no sequence here, which nothing was compared with.

    Raises
    ------
    MissingInputError
        There is no card (E464).
    DataError
        The card gives no training intervals of this organism (E465).
    """
    dataset = genome_dataset(path)
    source = _source(dataset, genome)
    values = card if isinstance(card, Mapping) else read_card(Path(card))
    trained = _of_organism(training_intervals(values), organism or dataset.organism)
    known = trained["chrom"].isin(list(source.chrom_sizes))
    missing = trained[~known]
    if not known.any():
        match_chromosomes(trained["chrom"].unique(), source.chrom_sizes, "the card's training intervals")
    windows = dataset.windows[["chrom", "start", "end", "split"]]
    regions = pd.concat([windows, trained[known].assign(split="pretraining")], ignore_index=True)
    found = audit(
        inside_chromosomes(regions, source.chrom_sizes), {dataset.organism: source}, config, workers=workers
    )
    return found | {"unknown_bp": int((missing["end"] - missing["start"]).sum())}


def _source(dataset: Dataset, genome: str | os.PathLike | None) -> Bases:
    if genome is None:
        return StoredBases(dataset)
    fasta = open_fasta(genome)
    for chrom, size in dataset.chrom_sizes.items():
        if fasta.chrom_sizes.get(chrom) != size:
            told = f"has {fasta.chrom_sizes.get(chrom, 0):,} bp of {chrom}, the dataset {size:,}"
            raise DataError("E466", str(genome), told, "Give the FASTA that the dataset was built from.")
    return fasta


def read_card(path: Path) -> dict[str, Any]:
    """Return the card of a model: of its file, or of the folder of a model or a run.

    Raises
    ------
    MissingInputError
        There is none (E464).
    """
    places = [path / name for name in _CARDS] if path.is_dir() else [path]
    for place in places:
        if place.is_file():
            return read_json(place)
    raise MissingInputError("E464", str(path), "holds no card.json", "Give a model, a run, or its card.json.")


def training_intervals(card: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Return what a model was trained on, a table of chrom, start and end for each organism.

    Raises
    ------
    DataError
        The card does not say (E465).
    """
    found = (card.get("training") or {}).get("intervals") or {}
    if not found:
        told = "gives no training intervals"
        raise DataError(
            "E465", "card.json", told, "Only models that senformer trained say what they have seen."
        )
    tables = {}
    for organism, rows in found.items():
        frame = pd.DataFrame([tuple(row) for row in rows], columns=["chrom", "start", "end"])
        tables[organism] = frame.astype({"start": "int64", "end": "int64"})
    return tables


def _of_organism(found: Mapping[str, pd.DataFrame], organism: str) -> pd.DataFrame:
    if organism not in found and len(found) > 1:
        told = f"gives training intervals of {', '.join(sorted(found))}, none of {organism!r}"
        raise DataError("E465", "card.json", told, "Name one of them as the organism.")
    return found[organism] if organism in found else next(iter(found.values()))


def _by_genome(
    links: Links, placed: np.ndarray, names: np.ndarray, owners: np.ndarray
) -> list[dict[str, Any]]:
    """Return the leaks between the parts of the splits that each genome holds; nothing where it is one."""
    genomes = list(dict.fromkeys(owners.tolist()))
    if len(genomes) < 2:
        return []
    keys = {f"{i}": (s, g) for i, (s, g) in enumerate((s, g) for s in _ordered(names) for g in genomes)}
    parts = {key: merge(placed[(names == s) & (owners == g)]) for key, (s, g) in keys.items()}
    rows = []
    for (key, other_key), values in count_leaks(links, parts).items():
        (split, genome), (other, against) = keys[key], keys[other_key]
        if split != other and values["bp"]:
            row = {"split": split, "genome": genome, "against": other, "against_genome": against, **values}
            rows.append(row | {"fraction": values["leaked_bp"] / values["bp"]})
    return rows


def _ordered(names: np.ndarray) -> list[str]:
    """Return the splits: train, valid and test first, others by name."""
    first = [name for name in ("train", "valid", "test") if (names == name).any()]
    return first + sorted(set(names.tolist()) - set(first))


def _against(parts: Mapping[str, np.ndarray]) -> list[tuple[str, str]]:
    """Return which splits to show: what is evaluated, against what was trained on before."""
    pairs = [("test", "train"), ("valid", "train"), ("test", "valid")]
    pairs += [(name, "pretraining") for name in ("test", "valid", "train")]
    chosen = [(a, b) for a, b in pairs if a in parts and b in parts]
    return chosen or [(a, b) for a in parts for b in parts if a < b]


def _worst(space: Space, found: Found, parts: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for split, other in _against(parts):
        leaking = leaking_links(found.links, parts[split], parts[other])
        # A match may leak both ways, and then lies in each split at another place.
        side = leaking.a[:, 0] > leaking.b[:, 0]
        key, place = np.unique(leaking.group * 2 + side, return_inverse=True)
        group = key // 2
        bases = np.bincount(place, weights=leaking.a[:, 1] - leaking.a[:, 0], minlength=len(group))
        for index in np.argsort(-bases, kind="stable")[:_WORST]:
            mine = leaking[place == index]
            identity = float(found.identity[group[index]]) if len(found.identity) > group[index] else np.nan
            rows.append(
                {
                    "split": split,
                    "against": other,
                    "region": _shown(space, mine.a),
                    "partner": _shown(space, mine.b),
                    "strand": "-" if mine.reverse[0] else "+",
                    "bp": int(bases[index]),
                    "identity": None if np.isnan(identity) else round(identity, 3),
                }
            )
    return sorted(rows, key=lambda row: -row["bp"])[:_WORST]


def _shown(space: Space, intervals: np.ndarray) -> str:
    whole = np.array([[intervals[:, 0].min(), intervals[:, 1].max()]])
    row = space.table(whole).iloc[0]
    return f"{row['genome']} {row['chrom']}:{row['start'] + 1:,}-{row['end']:,}"
