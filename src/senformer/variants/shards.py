"""Runs the shards of a scoring job that are not finished."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from rich.console import Console
from rich.progress import Progress

from senformer.genome.fasta import FastaReader
from senformer.variants.alleles import is_padded
from senformer.variants.cut import MOST_VALUES, cut_shards
from senformer.variants.effects import predict_effects
from senformer.variants.ensemble import Ensemble
from senformer.variants.indels import Indels
from senformer.variants.loci import Locus
from senformer.variants.measure import Measure, VariantScores
from senformer.variants.part_file import write_part
from senformer.variants.parts import Parts
from senformer.variants.reading import Reading
from senformer.variants.strings import string_span
from senformer.variants.table import BESIDE, PERCENTILE, SPREAD, score_schema, score_table
from senformer.variants.top import TopVariant, add_to_top, restore_top, write_top


@dataclass(frozen=True)
class Job:
    """What is scored, and with what.

    Attributes
    ----------
    loci
        Variants by window, in the order of the output.
    fasta, ensemble
        Genome, and what predicts.
    tracks
        The tracks that are scored (:func:`senformer.variants.table.track_frame`).
    measure
        The scores to compute.
    indels
        How insertions and deletions are scored.
    shard_size
        Variants in a shard, at least; fewer where they have very many rows (:mod:`senformer.variants.cut`).
    n_top
        How many of the largest effects keep their predictions.
    reading
        What tells how a score compares, and what the models have seen.
    delta
        Whether alleles are predicted by delta inference, where the model declares what that needs.
    """

    loci: Sequence[Locus]
    fasta: FastaReader
    ensemble: Ensemble
    tracks: pd.DataFrame
    measure: Measure
    indels: Indels
    shard_size: int
    n_top: int
    reading: Reading = field(default_factory=Reading)
    delta: bool = True

    @property
    def beside(self) -> list[str]:
        """What stands beside every score."""
        there = {SPREAD: self.ensemble.has_spread, PERCENTILE: self.reading.background is not None}
        return [what for what in BESIDE if there[what]]

    @property
    def shards(self) -> list[list[Locus]]:
        """The loci, cut into the units of resuming."""
        n_scores = len(self.measure.scorers) * (1 + len(self.beside))
        most_rows = max(1, MOST_VALUES // (len(self.tracks) * -(-n_scores // 4)))
        return cut_shards(
            self.loci, self.shard_size, lambda locus: self.measure.most_rows(locus.window), most_rows
        )

    @property
    def settings(self) -> dict[str, Any]:
        """What the numbers depend on besides the input files."""
        return {
            "head": self.ensemble.head,
            "scorers": [scorer.name for scorer in self.measure.scorers],
            "indels": self.indels.name,
            "batch_size": self.ensemble.batch_size,
            "device": self.ensemble.members[0].device.type,
            "shard_size": self.shard_size,
            "top": self.n_top,
            "delta": self.delta and self.ensemble.declares,
        }

    @property
    def n_padded(self) -> int:
        """Number of variants of which a window reaches beyond the chromosome."""
        sizes = self.fasta.chrom_sizes
        flank_bp = self.ensemble.flank_bp if self.indels.reads_strings else None
        return sum(
            is_padded(
                variant,
                locus.window if flank_bp is None else string_span(variant, flank_bp),
                self.indels.anchors,
                sizes[variant.chrom],
            )
            for locus in self.loci
            for variant in locus.variants
        )


def run_shards(job: Job, parts: Parts) -> int:
    """Score every shard that ``parts`` does not hold yet; return the number of all shards.

    Raises
    ------
    DataError
        A prediction is not finite.
    """
    shards = job.shards
    top = last_top(parts)
    with progress(shards, parts.n_done) as advance, job.ensemble.hold():
        for shard in shards[parts.n_done :]:
            table, top = score_shard(job, shard, top, advance)
            write_table(parts.table_part(parts.n_done), table, job)
            write_top(parts.top_part(parts.n_done), top, job.ensemble.head, job.measure, job.tracks)
            parts.finish_shard()
    return len(shards)


@contextlib.contextmanager
def progress(shards: Sequence[Sequence[Locus]], n_done: int) -> Iterator[Callable[[int], None]]:
    """Give what is to be told how many more variants are scored; ``n_done`` shards are.

    It shows on a terminal only; a log file is spared the redrawn lines.
    """
    sizes = [sum(len(locus.variants) for locus in shard) for shard in shards]
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as shown:
        bar = shown.add_task("variants", total=sum(sizes), completed=sum(sizes[:n_done]))
        yield lambda n: shown.advance(bar, n)


def last_top(parts: Parts) -> list[TopVariant]:
    """Return the largest effects of the finished shards."""
    return restore_top(parts.top_part(parts.n_done - 1)) if parts.n_done else []


def score_shard(
    job: Job, shard: Sequence[Locus], top: list[TopVariant], advance: Callable[[int], None]
) -> tuple[pa.Table, list[TopVariant]]:
    """Score one shard; return its rows, and the largest effects of it and ``top``.

    Parameters
    ----------
    job
        What is scored; its models are held.
    shard
        Loci of the job.
    top
        The largest effects so far.
    advance
        Told of every variant.
    """
    rows: list[VariantScores] = []
    for effect in predict_effects(shard, job.fasta, job.ensemble, job.measure, job.indels, delta=job.delta):
        top = add_to_top(top, effect, job.measure, job.n_top)
        rows.extend(
            job.reading.read(item, effect.window, job.measure.scorers, job.fasta) for item in effect.scores
        )
        advance(1)
    return score_table(rows, job.ensemble.head, job.tracks, job.measure.scorers, job.indels.name), top


def write_table(path: Path, table: pa.Table, job: Job) -> None:
    """Write the rows of one shard."""
    write_part(path, table, score_schema(job.measure.scorers, job.beside))
