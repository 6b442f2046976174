"""``evaluate``: how well a model predicts the held-out part of a dataset, track by track.

Streams the windows of a split through :class:`senformer.predict.predictor.Predictor` into mergeable sums,
part by part; a killed evaluation goes on at the first part that is not finished.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pandas as pd

from senformer.core.commit import write_json, write_text
from senformer.core.errors import ConfigError, DataError
from senformer.core.lock import folder_lock
from senformer.core.provenance import FILE as RUN_RECORD
from senformer.core.provenance import make_record, versions
from senformer.core.tables import choose
from senformer.dataset import AnyDataset, TableDataset, eval_windows
from senformer.dataset.contigs import in_genome_order, true_intervals
from senformer.dataset.examples import refuse_unmeasured
from senformer.dataset.table.batches import refuse_unturned
from senformer.evaluate.against import make_reference
from senformer.evaluate.checks import (
    check_match,
    choose_head,
    in_folds_of_run,
    overlaps_training,
    shares_training_rows,
    targets_digest,
)
from senformer.evaluate.count import Job, count_parts, label_tracks
from senformer.evaluate.drift import DRIFT, Drift
from senformer.evaluate.examples import write_examples
from senformer.evaluate.extras import DEFAULT, check_metrics, check_profiles
from senformer.evaluate.genes.measure import measure_genes, read_genes
from senformer.evaluate.genes.plan import GeneOptions, GenePlan, plan_genes
from senformer.evaluate.parts import Measures, Part, merge_parts
from senformer.evaluate.protocols import PROTOCOLS, write_windows
from senformer.evaluate.shares import WHOLE, Share, finished_shares, share_folder
from senformer.evaluate.spread import Spread, spread_of, write_blocks
from senformer.evaluate.sums import TrackSums
from senformer.evaluate.tables import ACCURACY, accuracy_table, by_assay, label_summary, summarize
from senformer.predict.predictor import Inference, Predictor
from senformer.predict.sequences import usual_batch
from senformer.predict.shards import ShardLog
from senformer.predict.source import find_model, identify_model, load_run_model
from senformer.tracks.scaling import Scaling
from senformer.tracks.track import ALL_TRACKS, Track

log = logging.getLogger(__name__)

METRICS_FILE, TABLE_FILE, PARQUET_FILE = "metrics.json", "tracks.tsv", "tracks.parquet"
EXAMPLES_FILE, BLOCKS_FILE = "examples.npz", "blocks.npz"
_NOT_MEASURED = "The targets are another model's predictions: drift from it, not accuracy."
_NOT_HELD_OUT = "The windows share bases with what the model was trained on: not held out."
DRIFT_TABLE, DRIFT_PARQUET = "drift.tsv", "drift.parquet"


def evaluate(
    run: Path,
    dataset: AnyDataset,
    out: Path,
    *,
    split: str = "test",
    metrics: Sequence[str] = DEFAULT,
    share: Share = WHOLE,
    head: str | None = None,
    against: Path | None = None,
    genes: GeneOptions | None = None,
    protocols: Sequence[str] = (),
    **how: Unpack[Inference],
) -> dict[str, Any]:
    """Measure the accuracy of a model on one split and return what ``metrics.json`` holds.

    Pearson's r per track over all bins of the split's windows (touching, never overlapping targets), then
    the arithmetic mean over tracks, and other metrics alike. ``pearson_r`` compares stored units,
    ``pearson_r_log1p`` compares ``log(1 + x)`` of measured units. Masked bins count on neither side; a track
    without data or with a constant side has no correlation and is counted instead.

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
    metrics
        Metrics of ``EXTRAS`` to measure beside those that always are.
    share
        Which parts this process makes, where several share the work. A share is no result: it ends with
        ``n_parts`` and ``share``, and an evaluation of the whole beside it (``OUT`` of ``OUT.share-1-of-4``)
        takes its parts.
    head
        Head of the model; by default the one named as the dataset's organism, or the only one.
    against
        Run or model folder whose predictions are the targets instead of what was measured: how far the model
        has drifted from it. Adds ``drift.tsv``, ``drift.parquet``, and ``drift`` in the metrics, where the
        accuracy of both stands too, if anything was measured.
    genes
        Genes whose expression at their transcription starts is measured too: ``genes.tsv``,
        ``gene_tracks.tsv`` (both also parquet), ``gene_values.npz``, and ``genes`` in the metrics.
    protocols
        Further ways to measure, of ``PROTOCOLS``: each gives a table of windows and a key of the metrics.
    how
        ``device``, ``precision``, ``strands``, ``batch_size``, ``shifts_bp``, as in :class:`Predictor`. Of
        a table as many rows are predicted at once as sequences are, unless a number is given.

    Raises
    ------
    ConfigError
        The dataset holds no targets, and no other model is named whose predictions are.
    DataError
        Model and dataset do not fit together, the split has no window, or a prediction is not finite.
    OutputError
        The folder is not free.
    """
    run, out = Path(run), Path(out)
    protocols = tuple(dict.fromkeys(protocols))
    for name in protocols:
        choose(PROTOCOLS, name, "protocol")
    model = load_run_model(run)
    dataset = in_folds_of_run(dataset, run)
    head = choose_head(model, dataset, head)
    check_match(model, head, dataset)
    how = _with_usual_batch(how, dataset, model.window_bp)
    if against is not None and genes is not None:
        found = "compares with what was measured at genes, and --against with another model"
        raise ConfigError("E691", "--genes", found, "Leave one out.")
    if against is None:
        refuse_unmeasured(dataset, "Give --against MODEL to compare with what that model predicts.")
    reference = None if against is None else make_reference(against, model, dataset, head, **how)
    predictor = Predictor(model, **how)
    if isinstance(dataset, TableDataset) and any(is_rc for _, is_rc in predictor.passes):
        refuse_unturned(dataset, model.name, model.ALONG, "give --strands forward")
    windows = _windows_of(dataset, split, model)
    geometry = (model.window_bp, model.crop_bins)
    planned = plan_genes(genes, dataset, split, windows, *geometry) if genes else None
    n_bins = model.window_bp // dataset.bin_bp - 2 * model.crop_bins
    scalings = tuple(Scaling.of(track) for track in dataset.tracks)
    labels = label_tracks(dataset) if reference is None else ()
    measures = Measures(scalings, labels, check_metrics(metrics, n_bins))
    check_profiles(metrics, scalings, len(windows) * n_bins)
    measures = replace(measures, protocols=protocols, tracks=tuple(dataset.tracks))
    measures = replace(measures, drift_bins=n_bins if reference else 0)
    job = Job(dataset, predictor, head, split, windows, measures, reference)
    config = {"split": split, "head": head, "metrics": sorted(metrics), **predictor.settings}
    config["own_strands"] = model.card.strands
    if protocols:
        config["protocols"] = list(protocols)
    inputs = {"model": find_model(run) / "model.safetensors", "dataset": dataset.path}
    if against is not None:
        inputs["against"] = find_model(against) / "model.safetensors"
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
    if reference is not None:
        plan["against"] = identify_model(reference.predictor.model)
    if _contigs_of(dataset) is not None:
        # Parts of an earlier state, of windows in the order of the records, do not go with others.
        plan["order"] = "genome"
    if genes:
        plan["genes_file"] = {**record["inputs"]["genes"], "path": None}
    if share.of > 1:
        return _make_share(job, planned, ShardLog(share_folder(out, share), plan), share)
    parts = ShardLog(out, plan)
    with folder_lock(out), finished_shares(parts) as shares:
        parts.open()
        with parts.leave_nothing():
            return _run(job, planned, parts, shares, record)


def _with_usual_batch(how: Inference, dataset: AnyDataset, window_bp: int) -> Inference:
    if isinstance(dataset, TableDataset):
        how.setdefault("batch_size", usual_batch(window_bp))
    return how


def _windows_of(dataset: AnyDataset, split: str, model: Any) -> pd.DataFrame:
    windows = eval_windows(dataset, split, model.window_bp, model.crop_bins)
    if windows.empty:
        raise DataError(
            "E653",
            str(dataset.path),
            f"split {split!r} has no window of {model.window_bp} bp",
            "Choose another split, or a model with a shorter window.",
        )
    return in_genome_order(windows, _contigs_of(dataset))


def _contigs_of(dataset: AnyDataset) -> pd.DataFrame | None:
    return None if isinstance(dataset, TableDataset) else dataset.contigs


def _make_share(job: Job, genes: GenePlan | None, parts: ShardLog, share: Share) -> dict[str, Any]:
    with folder_lock(parts.folder):
        parts.open()
        with parts.leave_nothing():
            _, files = count_parts(job, parts, share)
            files += read_genes(genes, job.predictor, job.head, parts, share) if genes else []
    return {"share": f"{share.number}/{share.of}", "n_parts": len(files)}


def _run(
    job: Job, genes: GenePlan | None, parts: ShardLog, shares: list[ShardLog], record: dict[str, Any]
) -> dict[str, Any]:
    if parts.result is not None:
        return dict(parts.result["metrics"])
    job, files = count_parts(job, parts, others=shares)
    total = merge_parts(files, job.measures)
    found = {}
    if genes:
        entries = read_genes(genes, job.predictor, job.head, parts, others=shares)
        found["genes"] = measure_genes(genes, entries, parts.folder)
    metrics = _write_results(job, parts.folder, total, found)
    write_json(parts.folder / RUN_RECORD, {**record, "counts": {"n_windows": len(job.windows)}})
    parts.close({"metrics": metrics})
    return metrics


def _write_results(job: Job, folder: Path, total: Part, further: dict[str, Any]) -> dict[str, Any]:
    tracks = job.dataset.tracks
    blocks = total.blocks.copy()
    # As in the table: what has no logarithm somewhere has none in any block.
    blocks[:, 1][..., total.sums.below] = np.nan
    spread = spread_of(blocks, tracks)
    table = accuracy_table(total.sums, tracks, total.extras, spread)
    metrics = _metrics(job, table, total.sums, spread) | further
    metrics |= {name: protocol.summary() for name, protocol in total.published.items()}
    write_text(folder / TABLE_FILE, table.to_csv(sep="\t", index=False, na_rep="nan"))
    ACCURACY.write(folder / PARQUET_FILE, table)
    write_blocks(folder / BLOCKS_FILE, blocks)
    names = [track.name for track in tracks]
    for name, protocol in total.published.items():
        write_windows(folder, name, protocol, _targets(job))
    if total.drift is not None:
        metrics["drift"] = _write_drift(folder, total.drift, tracks)
    write_json(folder / METRICS_FILE, metrics)
    write_examples(folder / EXAMPLES_FILE, total.examples, names, job.dataset.bin_bp)
    return metrics


def _write_drift(folder: Path, drift: Drift, tracks: Sequence[Track]) -> dict[str, Any]:
    table = drift.table(tracks)
    write_text(folder / DRIFT_TABLE, table.to_csv(sep="\t", index=False, na_rep="nan"))
    DRIFT.write(folder / DRIFT_PARQUET, table)
    return drift.summary(tracks)


def _targets(job: Job) -> pd.DataFrame:
    """Return the place of every window's target."""
    crop_bp, places = job.crop_bins * job.dataset.bin_bp, job.windows[["chrom", "start", "end"]]
    places = places.assign(start=places["start"] + crop_bp, end=places["end"] - crop_bp)
    return places.reset_index(drop=True)


def _metrics(job: Job, table: pd.DataFrame, sums: TrackSums, spread: Spread | None) -> dict[str, Any]:
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
        "targets_sha256": targets_digest(job.windows, job.crop_bins * job.dataset.bin_bp),
        **summarize(table),
        **(spread.of(ALL_TRACKS) if spread else {}),
        **label_summary(table),
        "n_tracks_log1p_undefined": int(table["pearson_r_log1p"].isna().sum()),
        "by_assay": by_assay(table, spread),
        "overlaps_training": leak,
    }
    notes = [_NOT_MEASURED] if job.reference is not None else []
    if leak:
        notes.append(_NOT_HELD_OUT)
        log.warning("%s", _NOT_HELD_OUT)
    return metrics | ({"note": " ".join(notes)} if notes else {})
