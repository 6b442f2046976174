"""What a scoring job is made from: files by path, and settings. Every machine makes the same job of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from senformer.core.commit import sha256
from senformer.core.errors import ConfigError
from senformer.core.provenance import versions
from senformer.genome.fasta import FastaReader
from senformer.model.folder import CARD, CONFIG, WEIGHTS
from senformer.predict.model_check import warn_of_genome
from senformer.predict.predictor import Inference, Predictor
from senformer.predict.selection import select_tracks
from senformer.predict.source import find_model, load_run_model, pick_head
from senformer.predict.strands import card_tracks
from senformer.variants.ensemble import Ensemble, gather_members
from senformer.variants.genes import read_spans
from senformer.variants.indels import Indels
from senformer.variants.measure import Measure
from senformer.variants.reading import make_reading
from senformer.variants.scorers import Scorer
from senformer.variants.shards import Job
from senformer.variants.strings import fitting_indels
from senformer.variants.table import track_frame


@dataclass(frozen=True)
class Request:
    """What the scores of a variant depend on, but for the variant.

    Attributes
    ----------
    runs
        Run or model folders, one a model.
    genome, genes, background
        Files as :func:`senformer.variants.score.score` takes them.
    scorers, indels
        The scores to compute, and how insertions and deletions are scored; None for what fits the models.
    head, tracks, spread, inference
        What predicts, and how.
    shard_size, n_top, delta
        As in :class:`senformer.variants.shards.Job`.
    """

    runs: Sequence[Path]
    genome: Path
    genes: Path | None
    background: Path | None
    scorers: Sequence[Scorer]
    indels: Indels | None
    head: str | None
    tracks: Sequence[str] | None
    spread: str
    inference: Inference
    shard_size: int
    n_top: int
    delta: bool

    def with_absolute_paths(self) -> "Request":
        """Return the same for a process that has another working directory."""
        absolute = {
            name: path.absolute()
            for name in ("genome", "genes", "background")
            if (path := getattr(self, name)) is not None
        }
        return replace(self, runs=[run.absolute() for run in self.runs], **absolute)

    @property
    def settings(self) -> dict[str, Any]:
        """What a run record says of it beside :attr:`Job.settings`."""
        return {
            "strands": self.inference["strands"],
            "shifts_bp": list(self.inference["shifts_bp"]),
            "spread": self.spread,
            "precision": self.inference["precision"],
            "tracks": list(self.tracks or []),
        }

    @property
    def inputs(self) -> dict[str, Path]:
        """The files by name; further models are ``model_2`` and so on."""
        files = {"genome": self.genome, "genes": self.genes, "background": self.background}
        return {name: path for name, path in files.items() if path} | {
            name: folder / WEIGHTS for name, folder in self._models.items()
        }

    @property
    def key(self) -> dict[str, Any]:
        """What the numbers depend on and neither the job nor digests of :attr:`inputs` tell: plain values."""
        described = {
            f"{name} {file}": sha256(folder / file) if (folder / file).is_file() else None
            for name, folder in self._models.items()
            for file in (CARD, CONFIG)
        }
        return described | {"scorers": [scorer.definition for scorer in self.scorers]}

    def facts(self, job: Job, digests: Mapping[str, str]) -> dict[str, Any]:
        """Return what must be the same wherever shards are scored and whenever, as plain values.

        Parameters
        ----------
        job
            What :meth:`make_job` made here: device, precision and how insertions and deletions are scored are
            those that were found, whether they were asked for or not.
        digests
            SHA-256 of :attr:`inputs`, and of other files.
        """
        known, used = versions(), job.indels
        rule = {"name": used.name, "rule": used.rule, "anchors": list(used.anchors)}
        files = {f"{name} file": digest for name, digest in digests.items()}
        releases = {name: known.get(name) for name in ("senformer", "torch", "numpy")}
        return job.ensemble.members[0].settings | self.key | {"indels": rule} | files | releases

    @property
    def _models(self) -> dict[str, Path]:
        return {
            "model" if number == 1 else f"model_{number}": find_model(run)
            for number, run in enumerate(self.runs, 1)
        }

    def make_job(self, fasta: FastaReader) -> Job:
        """Load the models and read the other files; the job has no variants yet.

        Parameters
        ----------
        fasta
            The genome, opened.

        Raises
        ------
        MissingInputError, DataError, ConfigError, DeviceError
            A file is missing or wrong, or the models do not go together.
        """
        spans = read_spans(self.genes, [scorer.mask for scorer in self.scorers], fasta.chrom_sizes)
        models = [_load(run, fasta.chrom_sizes) for run in self.runs]
        _refuse_twins(self._models)
        head = pick_head(models[0], self.head)
        columns, frame = _keep_tracks(models[0], head, self.tracks)
        predictors = [Predictor(model, **self.inference) for model in models]
        indels = fitting_indels(self.indels, predictors)
        members = gather_members(predictors, head, self.spread)
        reading = make_reading(
            models, head, frame, self.scorers, self.inference, self.spread, self.background, fasta
        )
        return Job(
            loci=(),
            fasta=fasta,
            ensemble=Ensemble(members, head, columns),
            tracks=frame,
            measure=Measure(self.scorers, models[0].bin_bp, spans),
            indels=indels,
            shard_size=self.shard_size,
            n_top=self.n_top,
            reading=reading,
            delta=self.delta,
        )


def _refuse_twins(folders: Mapping[str, Path]) -> None:
    """Raise where two models have the same weights (E765): they would count twice, and never disagree."""
    first: dict[str, Path] = {}
    for folder in folders.values() if len(folders) > 1 else ():
        if (twin := first.setdefault(sha256(folder / WEIGHTS), folder)) is not folder:
            todo = "Name every model of an ensemble once."
            raise ConfigError("E765", str(folder), f"has the same weights as {twin}", todo)


def _load(run: Path, chrom_sizes: Mapping[str, int]) -> Any:
    model = load_run_model(run)
    warn_of_genome(model, run, chrom_sizes)
    return model


def _keep_tracks(
    model: Any, head: str, tracks: Sequence[str] | None
) -> tuple[Sequence[int] | None, pd.DataFrame]:
    """Return which columns of the head are kept (None: all), and what they are."""
    frame = track_frame(card_tracks(model, head), model.config.heads[head])
    if not tracks:
        return None, frame
    columns = select_tracks(model, head, tracks).columns
    return columns, frame.iloc[list(columns)].reset_index(drop=True)
