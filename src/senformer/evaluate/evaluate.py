"""``evaluate``: how well a model predicts the held-out part of a dataset, track by track.

Streams the windows of a split through :class:`senformer.predict.predictor.Predictor` into mergeable sums,
part by part; a killed evaluation goes on at the first part that is not finished.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pandas as pd
from jaxtyping import Float32

from senformer.core.commit import write_json, write_text
from senformer.core.errors import DataError
from senformer.core.lock import folder_lock
from senformer.core.provenance import FILE as RUN_RECORD
from senformer.core.provenance import make_record, versions
from senformer.dataset import AnyDataset, TableDataset, eval_windows
from senformer.dataset.contigs import true_intervals
from senformer.dataset.examples import eval_batches, turn_batch
from senformer.evaluate.checks import (
    check_match,
    choose_head,
    in_folds_of_run,
    overlaps_training,
    shares_training_rows,
    targets_digest,
)
from senformer.evaluate.examples import Example, spread_rows, write_examples
from senformer.evaluate.genes.measure import measure_genes
from senformer.evaluate.genes.plan import GeneOptions, GenePlan, plan_genes
from senformer.evaluate.parts import Part, merge_parts, read_part, write_part
from senformer.evaluate.sums import TrackSums
from senformer.evaluate.tables import ACCURACY, accuracy_table, by_assay, label_summary, summarize
from senformer.genome.interval import Interval
from senformer.predict.predictor import Inference, Predictor
from senformer.predict.shards import ShardLog
from senformer.predict.source import find_model, identify_model, load_run_model
from senformer.tracks.scaling import Scaling

log = logging.getLogger(__name__)

METRICS_FILE, TABLE_FILE, PARQUET_FILE = "metrics.json", "tracks.tsv", "tracks.parquet"
EXAMPLES_FILE = "examples.npz"
N_EXAMPLES = 8
_PART_WINDOWS = 64
# A row of a table is short: so many of them make a part.
_PART_ROWS = 8192

_Values = Float32[np.ndarray, "bin track"]


@dataclass(frozen=True)
class _Job:
    """All that a part needs to be evaluated."""

    dataset: AnyDataset
    predictor: Predictor
    head: str
    split: str
    windows: pd.DataFrame
    genes: GenePlan | None = None

    @property
    def scalings(self) -> list[Scaling]:
        return [Scaling.of(track) for track in self.dataset.tracks]

    @property
    def label_tracks(self) -> tuple[int, ...]:
        """Tracks whose targets are labels: all of a genome with labels, and those of a table that are."""
        if isinstance(self.dataset, TableDataset):
            return self.dataset.label_tracks
        return () if self.dataset.config.labels is None else tuple(range(len(self.dataset.tracks)))


def evaluate(
    run: Path,
    dataset: AnyDataset,
    out: Path,
    *,
    split: str = "test",
    head: str | None = None,
    genes: GeneOptions | None = None,
    **how: Unpack[Inference],
) -> dict[str, Any]:
    """Measure the accuracy of a model on one split and return what ``metrics.json`` holds.

    Pearson's r per track over all bins of the split's windows (touching, never overlapping targets), then
    the arithmetic mean over tracks. ``pearson_r`` compares stored units, ``pearson_r_log1p`` compares
    ``log(1 + x)`` of measured units. Masked bins count on neither side; a track without data or with a
    constant side has no correlation and is counted instead.

    Parameters
    ----------
    run
        Run or model folder.
    dataset
        Dataset with the tracks that the model was trained on; windows of the model's length are cut from it.
        Where the run chose folds for itself, its splits are those.
    out
        Folder to create: ``metrics.json``, ``tracks.tsv``, ``tracks.parquet``, ``examples.npz``,
        ``run.json``, ``DONE.json``.
    split
        ``train``, ``valid`` or ``test``.
    head
        Head of the model; by default the one named as the dataset's organism, or the only one.
    genes
        Genes whose expression at their transcription starts is measured too: ``genes.tsv``,
        ``gene_tracks.tsv`` (both also parquet), ``gene_values.npz``, and ``genes`` in the metrics.
    how
        ``device``, ``precision``, ``strands``, ``batch_size``, ``shifts_bp``, as in :class:`Predictor`.

    Raises
    ------
    DataError
        Model and dataset do not fit together, the split has no window, or a prediction is not finite.
    OutputError
        The folder is not free.
    """
    run, out = Path(run), Path(out)
    model = load_run_model(run)
    dataset = in_folds_of_run(dataset, run)
    head = choose_head(model, dataset, head)
    check_match(model, head, dataset)
    predictor = Predictor(model, **how)
    windows = eval_windows(dataset, split, model.window_bp, model.crop_bins)
    if windows.empty:
        raise DataError(
            "E653",
            str(dataset.path),
            f"split {split!r} has no window of {model.window_bp} bp",
            "Choose another split, or a model with a shorter window.",
        )
    geometry = (model.window_bp, model.crop_bins)
    planned = plan_genes(genes, dataset, split, windows, *geometry) if genes else None
    job = _Job(dataset, predictor, head, split, windows, planned)
    config = {"split": split, "head": head, **predictor.settings}
    inputs = {"model": find_model(run) / "model.safetensors", "dataset": dataset.path}
    if genes:
        config["genes"], inputs["genes"] = genes.settings, genes.path
    record = make_record("evaluate", config=config, inputs=inputs)
    plan = {
        "command": "evaluate",
        "model": identify_model(model),
        "dataset": {**record["inputs"]["dataset"], "path": None},
        "version": versions()["senformer"],
        **config,
    }
    if genes:
        plan["genes_file"] = {**record["inputs"]["genes"], "path": None}
    with folder_lock(out):
        parts = ShardLog(out, plan)
        parts.open()
        with parts.leave_nothing():
            return _run(job, parts, record)


def _run(job: _Job, parts: ShardLog, record: dict[str, Any]) -> dict[str, Any]:
    if parts.result is not None:
        return dict(parts.result["metrics"])
    files = _evaluate_parts(job, parts)
    total = merge_parts([read_part(file, job.scalings, job.label_tracks) for file in files])
    table = accuracy_table(total.sums, job.dataset.tracks)
    metrics = _metrics(job, table, total.sums)
    if job.genes:
        metrics["genes"] = measure_genes(job.genes, job.predictor, job.head, parts)
    write_json(parts.folder / METRICS_FILE, metrics)
    write_text(parts.folder / TABLE_FILE, table.to_csv(sep="\t", index=False, na_rep="nan"))
    ACCURACY.write(parts.folder / PARQUET_FILE, table)
    names = [track.name for track in job.dataset.tracks]
    write_examples(parts.folder / EXAMPLES_FILE, total.examples, names, job.dataset.bin_bp)
    write_json(parts.folder / RUN_RECORD, {**record, "counts": {"n_windows": len(job.windows)}})
    parts.close({"metrics": metrics})
    return metrics


def _evaluate_parts(job: _Job, parts: ShardLog) -> list[Path]:
    """Evaluate what is not finished and return the files of all parts, in order."""
    chosen = set(spread_rows(len(job.windows), N_EXAMPLES).tolist())
    files = []
    size = _PART_ROWS if isinstance(job.dataset, TableDataset) else _PART_WINDOWS
    with job.predictor.hold():
        for number, first in enumerate(range(0, len(job.windows), size)):
            file = parts.work / f"{number:06d}.npz"
            if file.name not in parts.done:
                rows = range(first, min(first + size, len(job.windows)))
                write_part(file, _evaluate_part(job, rows, chosen))
                parts.finish(file.name, file)
                log.info("evaluated %d of %d windows", rows.stop, len(job.windows))
            files.append(file)
    return files


def _evaluate_part(job: _Job, rows: range, chosen: set[int]) -> Part:
    sums, examples = TrackSums(job.scalings, job.label_tracks), []
    crop_bp = job.predictor.model.crop_bins * job.dataset.bin_bp
    for row, (window, target, prediction) in zip(rows, _predictions(job, rows), strict=True):
        place = Interval(window.chrom, window.start + crop_bp, window.end - crop_bp)
        sums.add(prediction, target)
        if row in chosen:
            examples.append(Example(place, target, prediction.copy()))
    return Part(sums, examples)


def _predictions(job: _Job, rows: range) -> Iterator[tuple[Interval, _Values, _Values]]:
    """Yield each window with its target and prediction."""
    predictor, table = job.predictor, job.windows.iloc[rows.start : rows.stop]
    size, margin, crop_bins = predictor.batch_size, predictor.margin_bp, predictor.model.crop_bins
    for batch in eval_batches(job.dataset, table, crop_bins, size, margin):
        turn = {"turn": partial(turn_batch, job.dataset)} if batch.inputs else {}
        predicted = predictor.predict(batch.model_inputs, job.head, batch.windows, **turn)
        yield from zip(batch.windows, batch.targets, predicted, strict=True)


def _metrics(job: _Job, table: pd.DataFrame, sums: TrackSums) -> dict[str, Any]:
    model = job.predictor.model
    if isinstance(job.dataset, TableDataset):
        leak = shares_training_rows(model, job.head, job.dataset, job.split)
    else:
        leak = overlaps_training(model, job.head, true_intervals(job.windows, job.dataset.contigs))
    metrics = {
        "split": job.split,
        "head": job.head,
        "n_windows": len(job.windows),
        "n_bins": sums.n_bins,
        "targets_sha256": targets_digest(job.windows, model.crop_bins * job.dataset.bin_bp),
        **summarize(table),
        **label_summary(table),
        "n_tracks_log1p_undefined": int(table["pearson_r_log1p"].isna().sum()),
        "by_assay": by_assay(table),
        "overlaps_training": leak,
    }
    if leak:
        metrics["note"] = "The windows share bases with what the model was trained on: not held out."
        log.warning("%s", metrics["note"])
    return metrics
