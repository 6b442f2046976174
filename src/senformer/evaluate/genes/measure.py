"""The gene level of an evaluation: predicts what the plan asks for, part by part, and writes its tables."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float32

from senformer.core.commit import commit_file, write_text
from senformer.dataset.examples import eval_batches
from senformer.dataset.store import Dataset
from senformer.evaluate.genes.plan import GenePlan
from senformer.evaluate.genes.tables import GENE_TRACKS, GENES, gene_tables, summarize_genes
from senformer.evaluate.genes.values import (
    log_expression,
    read_entries,
    read_written,
    tie_equal_counts,
    write_entries,
)
from senformer.evaluate.shares import WHOLE, Share, copy_finished
from senformer.predict.predictor import Predictor
from senformer.predict.shards import ShardLog
from senformer.tracks.scaling import Scaling

log = logging.getLogger(__name__)

GENES_FILE, TRACKS_FILE, VALUES_FILE = "genes", "gene_tracks", "gene_values.npz"
_PART_WINDOWS = 64

_Values = Float32[np.ndarray, "bin track"]


def measure_genes(plan: GenePlan, files: Sequence[Path], folder: Path) -> dict[str, Any]:
    """Return the ``genes`` of ``metrics.json``; write ``genes``, ``gene_tracks`` and ``gene_values``.

    Parameters
    ----------
    plan
        What is measured.
    files
        All that :func:`read_genes` made of it.
    folder
        Where to write.
    """
    stored = read_written(files, len(plan.experiments))
    genes, entries = plan.places.genes, plan.places.entries
    scalings = [Scaling.of(track) for track in plan.dataset.tracks]
    measured, predicted = (
        log_expression(side, entries, list(genes["strand"]), plan.experiments, scalings)
        for side in (stored.measured, stored.predicted)
    )
    measured = tie_equal_counts(measured)
    known = ~np.isnan(measured).all(axis=1)
    genes, measured, predicted = genes[known].reset_index(drop=True), measured[known], predicted[known]
    by_gene, by_track = gene_tables(genes, plan.experiments, measured, predicted)
    for schema, table, name in ((GENES, by_gene, GENES_FILE), (GENE_TRACKS, by_track, TRACKS_FILE)):
        write_text(folder / f"{name}.tsv", table.to_csv(sep="\t", index=False, na_rep="nan"))
        schema.write(folder / f"{name}.parquet", table)
    _write_values(folder / VALUES_FILE, by_gene, by_track, measured, predicted)
    return {
        **plan.options.settings,
        "units": "log(1 + x), x the sum over the bins in measured units",
        **plan.counts,
        "dropped": {**plan.places.dropped, "masked": int((~known).sum())},
        "n_predictions_undefined": int((np.isnan(predicted) & ~np.isnan(measured)).sum()),
        **summarize_genes(by_gene, by_track),
    }


def read_genes(
    plan: GenePlan,
    predictor: Predictor,
    head: str,
    parts: ShardLog,
    share: Share = WHOLE,
    others: Iterable[ShardLog] = (),
) -> list[Path]:
    """Predict the genes of the plan, part by part; return the files of all parts of the share, in order.

    What is finished of an earlier run is taken from ``parts``, and what other processes finished from
    ``others``, their logs.
    """
    windows, entries, others, files = plan.places.windows, plan.places.entries, list(others), []
    strands = list(plan.places.genes["strand"])
    with predictor.hold():
        for number, first in enumerate(range(0, len(windows), _PART_WINDOWS)):
            if not share.holds(number):
                continue
            file = parts.work / f"genes-{number:06d}.npz"
            if file.name not in parts.done:
                if not copy_finished(file, others):
                    end = min(first + _PART_WINDOWS, len(windows))
                    mine = entries[entries["window"].between(first, end - 1)]
                    mine = mine.assign(window=mine["window"] - first).reset_index(drop=True)
                    pairs = _predictions(plan.dataset, windows.iloc[first:end], predictor, head)
                    write_entries(file, read_entries(mine, strands, plan.experiments, pairs))
                    log.info("read genes from %d of %d windows", end, len(windows))
                parts.finish(file.name, file)
            files.append(file)
    return files


def _predictions(
    dataset: Dataset, windows: pd.DataFrame, predictor: Predictor, head: str
) -> Iterator[tuple[_Values, _Values]]:
    size, margin, crop_bins = predictor.batch_size, predictor.margin_bp, predictor.model.crop_bins
    for batch in eval_batches(dataset, windows, crop_bins, size, margin):
        predicted = predictor.predict(batch.model_inputs, head, batch.windows)
        yield from zip(batch.targets, predicted, strict=True)


def _write_values(
    path: Path, by_gene: pd.DataFrame, by_track: pd.DataFrame, measured: np.ndarray, predicted: np.ndarray
) -> None:
    """Write the expression of every gene and experiment: text is fixed-width, so that no pickle is needed."""
    arrays = {
        "gene_id": by_gene["gene_id"].to_numpy(dtype=np.str_),
        "names": by_track["name"].to_numpy(dtype=np.str_),
        "measured": measured.astype(np.float32),
        "predicted": predicted.astype(np.float32),
    }
    commit_file(path, lambda temporary: np.savez_compressed(temporary, allow_pickle=False, **arrays))
