"""Check a saved model against the inputs it would get: genome, track table, dataset configuration.

Reads the folder and proves its checksums; builds no network.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from senformer.core.findings import ERROR, NOTE, WARNING, Finding
from senformer.core.wording import counted
from senformer.genome.assemblies import told_apart
from senformer.genome.chromosomes import resolve_chromosome, show_names
from senformer.model.card import ModelCard
from senformer.model.folder import read_folder
from senformer.predict.source import find_model
from senformer.tracks.track import Track

log = logging.getLogger(__name__)

_SCALING = ("sum_stat", "sqrt", "scale", "clip", "clip_soft", "target_order", "clip_extreme")


@dataclass(frozen=True)
class ModelFacts:
    """What a saved model is, by its card."""

    folder: Path
    name: str
    card: ModelCard

    @property
    def n_tracks(self) -> dict[str, int]:
        """Number of tracks by head."""
        return {head: len(tracks) for head, tracks in self.card.heads.items()}


def read_model_facts(run: Path) -> ModelFacts:
    """Return what the model of a run or model folder is.

    Raises
    ------
    MissingInputError, DataError
        There is none, or it is damaged.
    """
    folder = find_model(run)
    saved = read_folder(folder)
    return ModelFacts(folder, saved.name, saved.card)


def check_model_on_genome(model: ModelFacts, chrom_sizes: Mapping[str, int]) -> Iterator[Finding]:
    """Yield what does not fit between a model and a genome: its window, and where it was trained."""
    window = model.card.window_bp
    short = [chrom for chrom, size in chrom_sizes.items() if size < window]
    if short:
        every = len(short) == len(chrom_sizes)
        found = f"reads {window:,} bp, more than {'any' if every else len(short)} of the genome's "
        found += f"{counted(len(chrom_sizes), 'contig')} {'has' if every else f'have ({show_names(short)})'}"
        todo = "Predictions there read N beyond the ends; leave these contigs out if that matters."
        yield Finding(WARNING if every else NOTE, "E797", str(model.folder), found, todo)
    yield from _training_genome(model.folder, model.card.training, chrom_sizes)


def warn_of_genome(model: Any, where: Path, chrom_sizes: Mapping[str, int]) -> None:
    """Log a warning where an open model was trained on another genome than it is used on."""
    training = getattr(model.card, "training", None) or {}
    for finding in _training_genome(where, training, chrom_sizes):
        log.warning(finding.line)


def _training_genome(
    where: Path, training: Mapping[str, Any], chrom_sizes: Mapping[str, int]
) -> Iterator[Finding]:
    """Hold the training intervals of every head against the genome; one organism has to fit."""
    faults = []
    for organism, intervals in (training.get("intervals") or {}).items():
        fault = _outside(intervals, chrom_sizes)
        if fault is None:
            return
        faults.append(f"{organism}: {fault}")
    if faults:
        found = f"was trained on another genome ({'; '.join(faults)})"
        todo = "Give the genome of the training, unless another species or assembly is meant."
        yield Finding(WARNING, "E798", str(where), found, todo)


def _outside(intervals: Sequence[Sequence[Any]], chrom_sizes: Mapping[str, int]) -> str | None:
    """Return how the intervals show that they are of another genome, or None."""
    unknown, beyond = set(), None
    reached: dict[str, int] = {}
    for chrom, _, end in intervals:
        name = resolve_chromosome(str(chrom), chrom_sizes)
        if name is None:
            unknown.add(str(chrom))
        elif end > chrom_sizes[name]:
            beyond = (
                beyond or f"an interval ends at {chrom}:{end:,}, the genome's has {chrom_sizes[name]:,} bp"
            )
        reached[str(chrom)] = max(reached.get(str(chrom), 0), int(end))
    if beyond:
        return beyond + told_apart({}, chrom_sizes, "", "the genome")
    if unknown and len(unknown) == len(reached):
        return f"no chromosome of its training is in it: {show_names(sorted(unknown))}"
    return None


def check_model_on_tracks(model: ModelFacts, tracks: Sequence[Track]) -> Iterator[Finding]:
    """Yield what differs between a track table and the head that is most like it."""
    heads = {head: listed for head, listed in model.card.heads.items() if listed}
    names = [track.name for track in tracks]
    shared = {head: len({str(row["name"]) for row in rows} & set(names)) for head, rows in heads.items()}
    if not shared or not max(shared.values()):
        found = "no track of the table is one of the model's tracks: " + show_names(names)
        todo = "Right for a model that will be trained anew; else give the table of its training."
        yield Finding(WARNING, "E798", str(model.folder), found, todo)
        return
    head = max(shared, key=lambda name: shared[name])
    yield from _compare(model, head, heads[head], tracks)


def _compare(model: ModelFacts, head: str, rows: Sequence[Any], tracks: Sequence[Track]) -> Iterator[Finding]:
    where = f"{model.folder} head {head!r}"
    places = {str(row["name"]): place for place, row in enumerate(rows)}
    absent = [track.name for track in tracks if track.name not in places]
    unused = [name for name in places if name not in {track.name for track in tracks}]
    if absent or unused:
        found = f"has {counted(len(rows), 'track')}, the table {len(tracks):,}"
        found += f"; not in the model: {show_names(absent)}" if absent else ""
        found += f"; not in the table: {show_names(unused)}" if unused else ""
        yield Finding(WARNING, "E798", where, found, "Give the table that the model was trained on.")
    known = [track for track in tracks if track.name in places]
    moved = [track for track in known if places[track.name] != track.index]
    if moved and not absent and not unused:
        first = moved[0]
        found = f"lists {first.name!r} as track {places[first.name]}, the table as {first.index}"
        found += f" ({counted(len(moved), 'track')} of {len(tracks):,} stand elsewhere)"
        todo = "Bring the table into the model's order: columns are compared by place."
        yield Finding(ERROR, "E798", f"{where}, line {first.line} of the table", found, todo)
    for track in known:
        yield from _compare_scaling(where, rows[places[track.name]], track)


def _compare_scaling(where: str, row: Mapping[str, Any], track: Track) -> Iterator[Finding]:
    for key in _SCALING:
        if key in row and row[key] != getattr(track, key):
            found = f"{key} is {row[key]!r} in the model's card and {getattr(track, key)!r} in the table"
            todo = "Use the values of the training, or train anew."
            yield Finding(WARNING, "E798", f"{where}, {track}", found, todo, source="scaling")
            return


def check_model_on_config(model: ModelFacts, section: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what differs between a model and the ``dataset`` section of a configuration."""
    where, organism = str(model.folder), section.get("organism")
    if section.get("bin_bp", model.card.bin_bp) != model.card.bin_bp:
        found = f"has bins of {model.card.bin_bp} bp, the dataset of {section['bin_bp']} bp"
        yield Finding(ERROR, "E798", where, found, "Build the dataset with the model's bin_bp.")
    if organism and model.card.heads and organism not in model.card.heads:
        found = f"has no head {organism!r}; it has {', '.join(model.card.heads)}"
        yield Finding(WARNING, "E798", where, found, "Name the organism as the model does, or train anew.")
