"""How a variant's scores are to be read: against random variants, and knowing what the model has seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Int64

from senformer.core.errors import ConfigError
from senformer.genome.chromosomes import resolve_chromosome
from senformer.genome.fasta import FastaReader
from senformer.genome.interval import Interval
from senformer.genome.regions import merge
from senformer.predict.predictor import Inference
from senformer.variants.background.strata import Strata
from senformer.variants.background.table import Background, read_background
from senformer.variants.measure import VariantScores
from senformer.variants.scorers import Scorer

Spans = Mapping[str, tuple[Int64[np.ndarray, " span"], Int64[np.ndarray, " span"]]]


@dataclass(frozen=True)
class Reading:
    """What is said of a score beside the score.

    Attributes
    ----------
    background
        Scores of random variants, or None.
    strata
        Their classes.
    columns
        Column of the background of every track that is scored; None where they are all of its.
    trained_on
        Merged starts and ends, by chromosome, of what the models were trained on that say so; None where none
        does.
    all_say
        Whether every model says what it was trained on.
    """

    background: Background | None = None
    strata: Strata | None = None
    columns: Sequence[int] | None = None
    trained_on: Spans | None = None
    all_say: bool = True

    def read(
        self, scores: VariantScores, window: Interval, scorers: Sequence[Scorer], fasta: FastaReader
    ) -> VariantScores:
        """Return the scores with percentiles, and whether ``window`` overlaps with what was trained on."""
        seen = self._has_seen(window)
        if self.background is None or self.strata is None:
            return replace(scores, in_training=seen)
        variant = scores.variant
        place = min(variant.change.start, fasta.chrom_sizes[variant.chrom] - 1)
        stratum = self.strata.of(fasta, variant.chrom, place)
        found = [
            self.background.percentiles(scorer.name, values, stratum, self.columns)
            for scorer, values in zip(scorers, scores.values, strict=True)
        ]
        return replace(scores, in_training=seen, percentiles=np.stack(found))

    def _has_seen(self, window: Interval) -> bool | None:
        """Say whether a model was trained there; None where none says so and one says nothing."""
        if self.trained_on is not None and _overlaps(self.trained_on, window):
            return True
        return False if self.trained_on is not None and self.all_say else None


def _overlaps(spans: Spans, window: Interval) -> bool:
    if window.chrom not in spans:
        return False
    starts, ends = spans[window.chrom]
    index = int(np.searchsorted(ends, window.start, side="right"))
    return index < len(starts) and bool(starts[index] < window.end)


def make_reading(
    models: Sequence[Any],
    head: str,
    tracks: pd.DataFrame,
    scorers: Sequence[Scorer],
    inference: Inference,
    spread: str,
    background: Path | None,
    fasta: FastaReader,
) -> Reading:
    """Return what the cards of the models, and a background if there is one, tell.

    Raises
    ------
    MissingInputError, DataError
        The background is missing or damaged.
    ConfigError
        It was made with other models, another head or strands, or without one of the scores (E774).
    """
    known = [spans for model in models if (spans := _intervals(model, head)) is not None]
    intervals = [interval for spans in known for interval in spans]
    seen = Reading(
        trained_on=_merged(intervals, fasta.chrom_sizes) if known else None,
        all_say=len(known) == len(models),
    )
    if background is None:
        return seen
    found = read_background(background)
    asked: dict[str, Any] = {"models": sorted(model.card.sha256 for model in models), "head": head}
    # A background has one member a model: scores of single passes would be other means.
    if spread != "models":
        _refuse(background, f"is of whole models, and the spread is that of {spread}")
    asked |= {"strands": inference["strands"], "shifts_bp": list(inference["shifts_bp"])}
    for key, value in asked.items():
        if found.facts[key] != value:
            _refuse(background, f"was made with other {key} ({found.facts[key]}, here {value})"[:300])
    for scorer in scorers:
        if scorer.name not in found.values:
            _refuse(background, f"has no {scorer.name}; it has {', '.join(found.values)}")
        if found.facts["definitions"][scorer.name] != scorer.definition:
            _refuse(background, f"has a {scorer.name} of another definition")
    starts = {chrom: np.array(places, dtype=np.int64) for chrom, places in found.facts["starts"].items()}
    strata = Strata(tuple(found.facts["gc_bounds"]), starts)
    chosen = tracks["track_index"].tolist()
    columns = None if chosen == list(range(len(found.facts["tracks"]))) else tuple(chosen)
    return replace(seen, background=found, strata=strata, columns=columns)


def _refuse(background: Path, found: str) -> None:
    todo = "Make one with senformer background and the same models and options, or leave it out."
    raise ConfigError("E774", str(background), found, todo)


def _intervals(model: Any, head: str) -> list[Any] | None:
    """Return what a model's card says it was trained on; None where it says nothing."""
    # None were written for a table: its sequences may come from anywhere.
    return ((model.card.training or {}).get("intervals") or {}).get(head) or None


def _merged(intervals: Sequence[Sequence[Any]], chrom_sizes: Mapping[str, int]) -> Spans:
    named = [(resolve_chromosome(str(chrom), chrom_sizes), start, end) for chrom, start, end in intervals]
    rows = [(name, int(start), int(end)) for name, start, end in named if name]
    merged = merge(pd.DataFrame(rows, columns=["chrom", "start", "end"]))
    return {
        str(chrom): (part["start"].to_numpy(), part["end"].to_numpy())
        for chrom, part in merged.groupby("chrom")
    }
