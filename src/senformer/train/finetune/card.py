"""What the card of a fine-tuned model keeps of its source: provenance, licence, and what that has seen."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from senformer.dataset.examples import AnyDataset
from senformer.dataset.table.store import TableDataset
from senformer.genome.chromosomes import resolve_chromosome
from senformer.genome.regions import merge
from senformer.model.card import ModelCard
from senformer.train.finetune.source import Source

Intervals = Sequence[Sequence[Any]]


def note_source(card: ModelCard, source: Source, datasets: Mapping[str, AnyDataset]) -> None:
    """Add the source to a finished card.

    ``training.source`` holds name, SHA-256 and training of the source, and so on back. The intervals of an
    organism become those of the run and of the source together, so that whoever asks what a head has seen is
    told all of it: those of the source's organism of that name, or, where it has none of that name, those of
    every organism whose intervals all lie within the dataset's chromosomes.
    """
    known = source.card
    card.licence = card.licence or known.licence
    seen: dict[str, Intervals] = known.training.get("intervals") or {}
    own = card.training["intervals"]
    joined = {
        organism: _join(own[organism], _relevant(seen, organism, datasets[organism])) for organism in own
    }
    record = {"name": known.name, "sha256": known.sha256, "training": known.training, "source": known.source}
    card.training = {**card.training, "intervals": {**seen, **joined}, "source": record}


def _relevant(seen: Mapping[str, Intervals], organism: str, dataset: AnyDataset) -> Intervals:
    """Return the source's intervals on the genome of a dataset, under the dataset's chromosome names."""
    if isinstance(dataset, TableDataset):
        return seen.get(organism, [])
    sizes = dataset.chrom_sizes
    if organism in seen:
        return [_renamed(interval, sizes) for interval in seen[organism]]
    found = ([_renamed(interval, sizes) for interval in intervals] for intervals in seen.values())
    return [part for parts in found if all(end <= sizes.get(c, 0) for c, _, end in parts) for part in parts]


def _renamed(interval: Sequence[Any], sizes: Mapping[str, int]) -> list[Any]:
    chrom, start, end = interval
    return [resolve_chromosome(str(chrom), sizes) or chrom, start, end]


def _join(own: Intervals, more: Intervals) -> Intervals:
    if not more:
        return own
    table = pd.DataFrame([*own, *more], columns=["chrom", "start", "end"])
    return merge(table).astype(object).to_numpy().tolist()
