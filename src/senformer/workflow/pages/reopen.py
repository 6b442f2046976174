"""Opens what a score table was made with, as its run record tells."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from senformer.core.commit import sha256
from senformer.core.errors import DataError, MissingInputError
from senformer.genome.fasta import FastaReader, open_fasta
from senformer.model.folder import CARD, CONFIG, WEIGHTS
from senformer.predict.predictor import Predictor
from senformer.predict.source import find_model, load_run_model
from senformer.report.scores.table import UNKNOWN_TRACK, ScoreTable
from senformer.variants.ensemble import Ensemble, gather_members
from senformer.variants.genes import read_spans
from senformer.variants.indels import INDELS, Indels
from senformer.variants.masks import is_by_gene, parse_scorer
from senformer.variants.measure import Measure


@dataclass(frozen=True)
class Scoring:
    """What made a score table.

    Attributes
    ----------
    fasta
        The genome.
    ensemble
        The models; every one is a member, whatever the spread is of.
    measure, indels
        How variants were scored.
    has_delta
        Whether by delta inference.
    """

    fasta: FastaReader
    ensemble: Ensemble
    measure: Measure
    indels: Indels
    has_delta: bool

    @property
    def model(self) -> Any:
        """The first model: all have the same window and bins."""
        return self.ensemble.members[0].model

    @property
    def window_bp(self) -> int:
        """What is read around a variant, with the margin for shifts."""
        return self.model.window_bp + 2 * self.ensemble.margin_bp


def reopen(table: ScoreTable, models: Sequence[Path], genome: Path | None, genes: Path | None) -> Scoring:
    """Return what made ``table``.

    Parameters
    ----------
    table
        The finished table.
    models, genome, genes
        Where its inputs lie now; where the run record says unless given.

    Raises
    ------
    MissingInputError
        An input is not where it was (E787).
    DataError
        A file is another one than that of the scores (E788).
    """
    if UNKNOWN_TRACK in table.tracks["track_index"].to_numpy():
        gone = table.path.with_name(f"{table.path.name}.top.npz")
        found = "is not there any more, and pages of single variants need it"
        raise MissingInputError("E787", str(gone), found, "Put it back, score again, or give --top 0.")
    config, inputs = table.record["config"], table.record["inputs"]
    names = [name for name in inputs if name == "model" or name.startswith("model_")]
    recorded = [inputs[name] for name in names]
    if models and len(models) != len(recorded):
        found = f"is given {len(models)} times, and {len(recorded)} made the scores"
        raise DataError("E788", "--model", found, "Name all, in the order of score.")
    folders = models or [Path(item["path"]).parent for item in recorded]
    loaded = [_load(folder, name, table.record) for folder, name in zip(folders, names, strict=True)]
    fasta = open_fasta(_require(genome or Path(inputs["genome"]["path"]), inputs["genome"], "--genome"))
    keywords = {name: config[name] for name in ("strands", "shifts_bp", "batch_size", "precision")}
    predictors = [Predictor(model, **keywords) for model in loaded]
    members = gather_members(predictors, config["head"], "models")
    scorers = [parse_scorer(item["name"]) for item in table.scorers]
    path = None
    if any(is_by_gene(scorer.mask) for scorer in scorers):
        path = _require(genes or Path(inputs["genes"]["path"]), inputs["genes"], "--genes")
    spans = read_spans(path, [scorer.mask for scorer in scorers], fasta.chrom_sizes)
    return Scoring(
        fasta,
        Ensemble(members, config["head"], table.tracks["track_index"].tolist()),
        Measure(scorers, loaded[0].bin_bp, spans),
        INDELS[config["indels"]],
        bool(config["delta"]),
    )


def _load(folder: Path, name: str, record: dict[str, Any]) -> Any:
    if not folder.is_dir():
        raise _moved(folder, "--model")
    found = _require(find_model(folder) / WEIGHTS, record["inputs"][name], "--model").parent
    for file in (CARD, CONFIG):
        # Strands, tracks and sizes stand there: with others the same weights predict something else.
        if record["key"].get(f"{name} {file}"):
            was = {"path": record["inputs"][name]["path"], "sha256": record["key"][f"{name} {file}"]}
            _require(found / file, was, "--model")
    return load_run_model(found)


def _require(path: Path, recorded: dict[str, Any], option: str) -> Path:
    if not path.is_file():
        raise _moved(path, option)
    if recorded.get("sha256") not in (None, sha256(path)):
        found = f"is not what made the scores, which was {recorded['path']}"
        raise DataError("E788", str(path), found, f"Name that one with {option}.")
    return path


def _moved(path: Path, option: str) -> MissingInputError:
    found = "is not there any more, and the pages need it"
    return MissingInputError("E787", str(path), found, f"Say with {option} where it lies now.")
