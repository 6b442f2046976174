"""``evaluate``: how well a model predicts the held-out part of a dataset, track by track.

Streams the windows of a split through :class:`senformer.predict.predictor.Predictor` into mergeable sums;
all files appear at once at the end.
"""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pandas as pd
from jaxtyping import Float32

from senformer.core.commit import commit_folder, refuse_existing, remove, write_json, write_text
from senformer.core.errors import DataError
from senformer.core.lock import folder_lock
from senformer.core.provenance import FILE as RUN_RECORD
from senformer.core.provenance import make_record
from senformer.dataset import Dataset, eval_windows
from senformer.dataset.manifest import describe_files
from senformer.evaluate.checks import check_match, choose_head, overlaps_training
from senformer.evaluate.examples import Examples
from senformer.evaluate.sums import TrackSums
from senformer.evaluate.tables import ACCURACY, accuracy_table, by_assay, summarize
from senformer.genome.interval import Interval
from senformer.predict.predictor import Inference, Predictor
from senformer.predict.source import find_model, load_run_model
from senformer.tracks.scaling import Scaling

log = logging.getLogger(__name__)

METRICS_FILE, TABLE_FILE, EXAMPLES_FILE, DONE = "metrics.json", "tracks.tsv", "examples.npz", "DONE.json"
N_EXAMPLES = 8


def evaluate(
    run: Path,
    dataset: Dataset,
    out: Path,
    *,
    split: str = "test",
    head: str | None = None,
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
    out
        Folder to create: ``metrics.json``, ``tracks.tsv``, ``tracks.parquet``, ``examples.npz``,
        ``run.json``, ``DONE.json``.
    split
        ``train``, ``valid`` or ``test``.
    head
        Head of the model; by default the one named as the dataset's organism, or the only one.
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
    refuse_existing(out)
    model = load_run_model(run)
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
    inputs = {"model": find_model(run) / "model.safetensors", "dataset": dataset.path}
    config = {"split": split, "head": head, **predictor.settings}
    record = make_record("evaluate", config=config, inputs=inputs)
    with folder_lock(out):
        _sweep(out)
        sums, examples = _stream(predictor, head, dataset, windows)
        table = accuracy_table(sums, dataset.tracks)
        leak = overlaps_training(model, head, windows)
        metrics = _metrics(table, windows, sums, leak, {"split": split, "head": head})
        names = [track.name for track in dataset.tracks]
        commit_folder(
            out, lambda folder: _write(folder, table, metrics, examples, record, names, model.bin_bp)
        )
    return metrics


def _sweep(out: Path) -> None:
    """Remove what an evaluation into the same folder left when it was killed; the lock says it is dead."""
    if out.parent.is_dir():
        for path in out.parent.iterdir():
            if re.fullmatch(rf"\.(partial|old)-\d+-{re.escape(out.name)}", path.name):
                remove(path)


def _stream(
    predictor: Predictor, head: str, dataset: Dataset, windows: pd.DataFrame
) -> tuple[TrackSums, Examples]:
    sums = TrackSums([Scaling.of(track) for track in dataset.tracks])
    examples = Examples(len(windows), N_EXAMPLES)
    crop_bp = predictor.model.crop_bins * dataset.bin_bp
    for row, (window, prediction) in enumerate(_predictions(predictor, head, dataset, windows)):
        place = Interval(window.chrom, window.start + crop_bp, window.end - crop_bp)
        target = dataset.targets(place.chrom, place.start // dataset.bin_bp, place.end // dataset.bin_bp)
        if not np.isfinite(prediction).all():
            todo = "Check the model, or use --precision fp32."
            raise DataError("E654", str(window), "the model's prediction is not finite", todo)
        sums.add(prediction, target)
        examples.offer(row, place, target, prediction)
        if (row + 1) % 100 == 0:
            log.info("evaluated %d of %d windows", row + 1, len(windows))
    return sums, examples


def _predictions(
    predictor: Predictor, head: str, dataset: Dataset, windows: pd.DataFrame
) -> Iterator[tuple[Interval, Float32[np.ndarray, "bin track"]]]:
    margin, size = predictor.margin_bp, predictor.batch_size
    intervals = [Interval(row.chrom, int(row.start), int(row.end)) for row in windows.itertuples(index=False)]
    with predictor.hold():
        for first in range(0, len(intervals), size):
            batch = intervals[first : first + size]
            codes = [dataset.sequence(w.chrom, w.start - margin, w.end + margin) for w in batch]
            yield from zip(batch, predictor.predict(np.stack(codes), head), strict=True)


def _metrics(
    table: pd.DataFrame, windows: pd.DataFrame, sums: TrackSums, leak: bool | None, facts: dict[str, Any]
) -> dict[str, Any]:
    metrics = {
        **facts,
        "n_windows": len(windows),
        "n_bins": int(sums.n_bins),
        **summarize(table),
        "n_tracks_log1p_undefined": int(table["pearson_r_log1p"].isna().sum()),
        "by_assay": by_assay(table),
        "overlaps_training": leak,
    }
    if leak:
        metrics["note"] = "The windows share bases with the model's training intervals: not held out."
        log.warning("%s", metrics["note"])
    return metrics


def _write(
    folder: Path,
    table: pd.DataFrame,
    metrics: dict[str, Any],
    examples: Examples,
    record: dict[str, Any],
    names: list[str],
    bin_bp: int,
) -> None:
    write_json(folder / METRICS_FILE, metrics)
    write_text(folder / TABLE_FILE, table.to_csv(sep="\t", index=False, na_rep="nan"))
    ACCURACY.write(folder / "tracks.parquet", table)
    examples.write(folder / EXAMPLES_FILE, names, bin_bp)
    files = describe_files(folder, [folder])
    write_json(folder / RUN_RECORD, {**record, "counts": {"n_windows": metrics["n_windows"]}})
    write_json(folder / DONE, {"format": 1, "files": files})
