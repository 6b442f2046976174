"""Expression at the starts of genes, on measured data: models, a bar, and replicates as the ceiling.

Every model is evaluated as ``senformer evaluate --genes ... --protocol pooled_2022`` does it. Beside it, of
the same genes and experiments:

- ``ridge_5mers``: ridge regression on the counts of all 5-mers in 384 bp around the start, read along the
  gene, fitted on the genes of the training regions; its penalty is chosen on those of validation.
- ``replicates``: the mean of the other replicates of an experiment's condition in place of a prediction,
  the ceiling across genes. Across tracks it is too low: without itself, the mean lies on the other side.
- ``condition_means``: the mean of all replicates of the condition, itself included: about the best across
  tracks that a model can do which predicts the same for replicates.

``track_means`` is what the protocol of 2022 says of a predictor that knows no sequence: the mean of each
track over the training windows. Finished evaluations are taken from the work folder.

    python -m benchmarks.gene_level RUN [RUN ...] --data DATASET --genes genes.bed --assay STRIPE-seq \\
        --condition '_(D|WT)_' --work DIR --out benchmarks/results/NAME.json
"""

import argparse
import datetime
import json
import platform
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge

from senformer.core.commit import write_json
from senformer.core.provenance import versions
from senformer.dataset import Dataset, eval_windows, open_dataset
from senformer.evaluate import evaluate
from senformer.evaluate.evaluate import METRICS_FILE
from senformer.evaluate.genes.correlate import pearson_rows
from senformer.evaluate.genes.experiments import Experiments, choose_experiments
from senformer.evaluate.genes.places import on_chromosomes
from senformer.evaluate.genes.plan import GeneOptions
from senformer.evaluate.genes.starts import read_starts
from senformer.evaluate.genes.tables import gene_tables, summarize_genes
from senformer.evaluate.protocols.pooled_2022 import Pooled2022
from senformer.genome.sequence import reverse_complement
from senformer.predict.source import load_run_model
from senformer.tracks.scaling import Scaling

K, AROUND_BP = 5, 384
PENALTIES = (100.0, 1e3, 1e4, 1e5)
SUMMARY = ("across_genes", "across_tracks", "across_tracks_by_variance")


def evaluate_run(
    run: Path, dataset: Dataset, options: GeneOptions, split: str, folder: Path
) -> dict[str, Any]:
    """Return the metrics of a run; its evaluation stays in ``folder``."""
    if not (folder / "DONE.json").is_file():
        evaluate(run, dataset, folder, split=split, genes=options, protocols=["pooled_2022"])
    return json.loads((folder / METRICS_FILE).read_text(encoding="utf-8"))


def expression(dataset: Dataset, genes: pd.DataFrame, chosen: Experiments, n_bins: int) -> np.ndarray:
    """Return log(1 + counts) of genes, (gene, experiment), from the dataset alone; NaN where masked."""
    scalings = [Scaling.of(track) for track in dataset.tracks]
    found = np.full((len(genes), len(chosen)), np.nan)
    places = genes["tss"].to_numpy() // dataset.bin_bp
    for chrom in genes["chrom"].unique():
        stored = dataset.targets(chrom, 0, dataset.n_bins(chrom))
        counts = np.stack([s.inverse(stored[:, i]) for i, s in enumerate(scalings)], axis=1)
        for row in np.flatnonzero(genes["chrom"] == chrom):
            first, end = places[row] - n_bins // 2, places[row] + n_bins // 2 + 1
            columns = chosen.columns[:, int(genes["strand"].iloc[row] == "-")]
            if first >= 0 and end <= len(counts):
                found[row] = np.log1p(counts[first:end, columns].sum(axis=0, dtype=np.float64))
    return found


def count_words(dataset: Dataset, genes: pd.DataFrame) -> np.ndarray:
    """Return counts of every 5-mer around each start, read along the gene, (gene, 1024)."""
    found = np.zeros((len(genes), 4**K), np.float32)
    for row, gene in enumerate(genes.itertuples()):
        first = gene.tss - AROUND_BP // 2
        codes = dataset.sequence(gene.chrom, first, first + AROUND_BP, pad=True)
        codes = reverse_complement(codes) if gene.strand == "-" else codes
        words = np.lib.stride_tricks.sliding_window_view(codes.astype(np.int64), K)
        words = words[(words < 4).all(axis=1)] @ (4 ** np.arange(K)[::-1])
        found[row] = np.bincount(words, minlength=4**K)
    return found


def fit_ridge(
    words: dict[str, np.ndarray], values: dict[str, np.ndarray], split: str
) -> tuple[float, np.ndarray]:
    """Return the penalty that is best on validation, and what the bar predicts of the genes of a split."""
    found = []
    for penalty in PENALTIES:
        bar = Ridge(penalty).fit(words["train"], values["train"])
        score = pearson_rows(values["valid"].T, bar.predict(words["valid"]).T.astype(np.float64)).mean()
        found.append((float(score), penalty, bar))
    _, penalty, bar = max(found, key=lambda one: one[0])
    return penalty, bar.predict(words[split]).astype(np.float64)


def replicates(measured: np.ndarray, names: tuple[str, ...], condition: str, *, itself: bool) -> np.ndarray:
    """Return for each experiment the mean of those of its condition, (gene, experiment), as logarithms."""
    kinds = np.array([re.search(condition, name).group(1) for name in names])
    counts, found = np.expm1(measured), np.empty_like(measured)
    for place, kind in enumerate(kinds):
        mates = (kinds == kind) & (itself | (np.arange(len(kinds)) != place))
        found[:, place] = np.log1p(counts[:, mates].mean(axis=1))
    return found


def track_means(dataset: Dataset, split: str, window_bp: int, crop_bins: int) -> dict[str, Any]:
    """Return what ``pooled_2022`` says of the mean of each track over the training windows."""
    targets = {name: list(_targets(dataset, name, window_bp, crop_bins)) for name in ("train", split)}
    known = np.concatenate(targets["train"]).astype(np.float64)
    means = np.where(np.isnan(known), 0, known).sum(0) / np.maximum((~np.isnan(known)).sum(0), 1)
    pooled = Pooled2022(dataset.tracks)
    for target in targets[split]:
        pooled.add(np.broadcast_to(means, target.shape).copy(), target)
    return pooled.summary()["groups"]


def _targets(dataset: Dataset, split: str, window_bp: int, crop_bins: int):
    for window in eval_windows(dataset, split, window_bp, crop_bins).itertuples():
        bins = (window.start // dataset.bin_bp + crop_bins, window.end // dataset.bin_bp - crop_bins)
        yield dataset.targets(window.chrom, *bins)


def genes_of(path: Path, dataset: Dataset, split: str) -> pd.DataFrame:
    """Return the genes that start in a region of a split, in the dataset's names."""
    genes = on_chromosomes(read_starts(path)[0], dataset, split, str(path))
    inside = np.zeros(len(genes), bool)
    for region in dataset.split_regions.query("split == @split").itertuples():
        inside |= (genes["chrom"] == region.chrom) & genes["tss"].between(region.start, region.end - 1)
    return genes[inside]


def bars(given: argparse.Namespace, dataset: Dataset, folder: Path) -> dict[str, Any]:
    """Return the summaries of ridge and replicates, of the genes and experiments of an evaluation."""
    chosen = choose_experiments(dataset.tracks, given.assay)
    with np.load(folder / "gene_values.npz", allow_pickle=False) as arrays:
        measured, tested = arrays["measured"].astype(np.float64), arrays["gene_id"]
    genes = {split: genes_of(given.genes, dataset, split) for split in ("train", "valid", given.split)}
    genes[given.split] = genes[given.split].set_index("gene_id").loc[tested].reset_index()
    values = {split: expression(dataset, rows, chosen, given.gene_bins) for split, rows in genes.items()}
    for split in ("train", "valid"):
        known = ~np.isnan(values[split]).any(axis=1)
        genes[split], values[split] = genes[split][known], values[split][known]
    words = {split: count_words(dataset, rows) for split, rows in genes.items()}
    penalty, guess = fit_ridge(words, values, given.split)

    def summary(predicted: np.ndarray) -> dict[str, Any]:
        found = summarize_genes(*gene_tables(genes[given.split], chosen, measured, predicted))
        return {key: found[key] for key in SUMMARY}

    found = {
        "n_train_genes": len(genes["train"]),
        "measured_max_difference": float(np.abs(values[given.split] - measured).max()),
        "ridge_5mers": {"penalty": penalty, **summary(guess)},
    }
    if given.condition:
        for name, itself in (("replicates", False), ("condition_means", True)):
            found[name] = summary(replicates(measured, chosen.names, given.condition, itself=itself))
    return found


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--genes", type=Path, required=True)
    parser.add_argument("--assay", action="append", default=[])
    parser.add_argument("--condition", help="pattern whose group names an experiment's condition")
    parser.add_argument("--gene-windows", default="centered")
    parser.add_argument("--gene-bins", type=int, default=3)
    parser.add_argument("--split", default="test")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def main() -> None:
    """Measure and write."""
    given = arguments()
    dataset = open_dataset(given.data)
    options = GeneOptions(given.genes, tuple(given.assay), windows=given.gene_windows, n_bins=given.gene_bins)
    rows = {}
    for run in given.runs:
        name = run.parent.name if run.name == "run" else run.name
        folder = given.work / f"{given.split}-{name}"
        found = evaluate_run(run, dataset, options, given.split, folder)
        rows[name] = {key: found[key] for key in ("pearson_mean", "by_assay", "pooled_2022", "genes")}
        print(name, json.dumps({key: found["genes"][key] for key in SUMMARY[:2]}))
    model = load_run_model(given.runs[0])
    record = {
        "date": datetime.date.today().isoformat(),
        "machine": {"system": platform.platform(), "cpu": platform.processor()},
        "versions": versions(),
        "split": given.split,
        "models": rows,
        "track_means": track_means(dataset, given.split, model.window_bp, model.crop_bins),
        **(bars(given, dataset, folder) if dataset.contigs is None else {}),
    }
    write_json(given.out, record)
    print(
        json.dumps(
            {key: value for key, value in record.items() if key not in {"models", "versions"}}, indent=1
        )
    )


if __name__ == "__main__":
    main()
