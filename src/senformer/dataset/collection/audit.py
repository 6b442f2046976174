"""What leaks between the splits of several genomes: within each, and across them.

``doctor --leakage`` shows it for the folder of a collection.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from senformer.core.errors import DataError
from senformer.dataset.collection.folder import member_folders
from senformer.dataset.homology.audit import (
    StoredBases,
    audit,
    read_card,
    training_intervals,
)
from senformer.dataset.homology.config import SketchConfig
from senformer.dataset.store import genome_dataset
from senformer.dataset.windows import inside_chromosomes


def audit_collection(
    path: str | os.PathLike,
    card: str | os.PathLike | Mapping[str, Any] | None = None,
    config: SketchConfig | None = None,
    *,
    workers: int = 1,
) -> dict[str, Any]:
    """Measure what leaks between the windows of all datasets of a collection.

    Parameters
    ----------
    path
        Folder that ``build`` made of several genomes.
    card
        As for :func:`senformer.dataset.homology.audit.audit_against_card`; its organisms are the genomes that
        bear their names.
    config, workers
        As for :func:`senformer.dataset.homology.audit.audit`.

    Returns
    -------
    As :func:`~senformer.dataset.homology.audit.audit`, all genomes together: a split is what its windows
    read in any of them, and ``genomes`` tells them apart. With a card also ``unknown_bp``, as
    :func:`~senformer.dataset.homology.audit.audit_against_card` has it; the training intervals of an
    organism that is not in the collection count whole.

    Raises
    ------
    MissingInputError
        There is no card (E464).
    DataError
        It is no collection (E414), unfinished or damaged, or the card gives no training intervals of its
        genomes (E465).
    """
    folders = member_folders(Path(path))
    if folders is None:
        raise DataError("E414", str(path), "is no dataset of several genomes", "Give one, or audit_dataset.")
    datasets = {name: genome_dataset(folder) for name, folder in folders.items()}
    sources = {name: StoredBases(dataset) for name, dataset in datasets.items()}
    tables = [
        inside_chromosomes(
            datasets[name].windows[["chrom", "start", "end", "split"]], source.chrom_sizes
        ).assign(genome=name)
        for name, source in sources.items()
    ]
    if card is None:
        return audit(pd.concat(tables, ignore_index=True), sources, config, workers=workers)
    values = card if isinstance(card, Mapping) else read_card(Path(card))
    trained, unknown_bp = _trained(training_intervals(values), sources, str(path))
    regions = pd.concat([*tables, *trained], ignore_index=True)
    return audit(regions, sources, config, workers=workers) | {"unknown_bp": unknown_bp}


def _trained(
    intervals: Mapping[str, pd.DataFrame], sources: Mapping[str, StoredBases], path: str
) -> tuple[list[pd.DataFrame], int]:
    """Return the training intervals that lie in the genomes, and the bases of the others."""
    found, unknown_bp = [], 0
    for name, table in intervals.items():
        sizes = sources[name].chrom_sizes if name in sources else {}
        known = table["chrom"].isin(list(sizes))
        unknown_bp += int((table["end"] - table["start"])[~known].sum())
        if known.any():
            inside = inside_chromosomes(table[known].assign(split="pretraining"), sizes)
            found.append(inside.assign(genome=name))
    if not found:
        told = f"gives training intervals of {', '.join(sorted(intervals))}; none lie in the genomes "
        told += f"{', '.join(sources)}"
        todo = f"Audit the dataset of one genome alone: {Path(path) / next(iter(sources))}."
        raise DataError("E465", "card.json", told, todo)
    return found, unknown_bp
