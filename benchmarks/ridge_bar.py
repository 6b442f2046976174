"""Compare a trained model with ridge regression on 5-mers, on the same held-out chromosomes.

The bar: the counts of all 5-mers in 384 bp around a 128-bp bin, regressed on log1p of the bin's measured
signal. A model that does not beat it has learned nothing. Both are scored by Pearson over the bins that
the model's test windows cover, per track and with the two strands of a sample added.

    python benchmarks/ridge_bar.py RUN [RUN ...] --data DATASET --out benchmarks/results/NAME.json
"""

import argparse
import datetime
import platform
from pathlib import Path

import numpy as np
from sklearn.linear_model import Ridge

from senformer.core.commit import write_json
from senformer.core.provenance import versions
from senformer.dataset import Dataset, eval_windows, open_dataset
from senformer.predict.predictor import Predictor
from senformer.predict.source import load_run_model
from senformer.tracks.scaling import Scaling

K = 5


def count_kmers(dataset: Dataset, chrom: str) -> np.ndarray:
    """Return counts of every 5-mer in each bin and its two neighbors, (bin, 1024)."""
    bin_bp = dataset.bin_bp
    n_bins = dataset.chrom_sizes[chrom] // bin_bp
    codes = dataset.sequence(chrom, 0, n_bins * bin_bp).astype(np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(codes, K)
    known = (windows < 4).all(axis=1)
    words = windows @ (4 ** np.arange(K)[::-1])
    counts = np.zeros((n_bins, 4**K), np.float32)
    np.add.at(counts, (np.flatnonzero(known) // bin_bp, words[known]), 1)
    around = counts.copy()
    around[1:] += counts[:-1]
    around[:-1] += counts[1:]
    return around


def measured(dataset: Dataset, values: np.ndarray) -> np.ndarray:
    """Undo each track's scaling, (bin, track)."""
    columns = [Scaling.of(track).inverse(values[:, index]) for index, track in enumerate(dataset.tracks)]
    return np.stack(columns, axis=1)


def groups(dataset: Dataset) -> dict[str, list[int]]:
    """Return each track alone, and each strand pair together under its common name."""
    found = {track.name: [track.index] for track in dataset.tracks}
    for track in dataset.tracks:
        if track.strand_pair > track.index:
            pair = dataset.tracks[track.strand_pair].name
            common = "".join(a for a, b in zip(track.name, pair, strict=False) if a == b).rstrip("_")
            found[f"{common} (strands added)"] = [track.index, track.strand_pair]
    return found


def target_bins(dataset: Dataset, window: object, crop_bins: int) -> slice:
    """Return the bins of a window that carry a prediction."""
    return slice(window.start // dataset.bin_bp + crop_bins, window.end // dataset.bin_bp - crop_bins)


def predict_split(run: Path, dataset: Dataset, split: str) -> tuple[np.ndarray, np.ndarray, list]:
    """Return measured and predicted values in measured units, (bin, track), and the windows."""
    model = load_run_model(run)
    predictor = Predictor(model, batch_size=4)
    windows = list(eval_windows(dataset, split, model.window_bp, model.crop_bins).itertuples())
    truth, guess = [], []
    for window in windows:
        codes = dataset.sequence(window.chrom, window.start, window.end, pad=True)
        bins = target_bins(dataset, window, model.crop_bins)
        truth.append(measured(dataset, dataset.targets(window.chrom, bins.start, bins.stop)))
        guess.append(measured(dataset, predictor.predict(codes[None], dataset.organism)[0]))
    return np.concatenate(truth), np.concatenate(guess), windows


def correlate(truth: np.ndarray, guess: np.ndarray) -> float | None:
    """Return Pearson's r of log1p values over finite bins, None without any."""
    known = np.isfinite(truth)
    if known.sum() < 2:
        return None
    return float(np.corrcoef(np.log1p(truth[known]), np.log1p(np.maximum(guess[known], 0)))[0, 1])


def fit_ridge(dataset: Dataset, columns: list[int], alpha: float = 100.0) -> Ridge | None:
    """Fit the bar for one group of tracks on the training chromosomes."""
    held_out = set(dataset.windows.loc[dataset.windows["split"] != "train", "chrom"])
    features, values = [], []
    for chrom in sorted(set(dataset.windows["chrom"]) - held_out):
        n_bins = dataset.chrom_sizes[chrom] // dataset.bin_bp
        total = measured(dataset, dataset.targets(chrom, 0, n_bins))[:, columns].sum(axis=1)
        known = np.isfinite(total)
        features.append(KMERS[chrom][known])
        values.append(np.log1p(total[known]))
    y = np.concatenate(values)
    return Ridge(alpha).fit(np.concatenate(features), y) if len(y) > 4**K else None


KMERS: dict[str, np.ndarray] = {}


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--split", default="test")
    options = parser.parse_args()
    dataset = open_dataset(options.data)
    KMERS.update({chrom: count_kmers(dataset, chrom) for chrom in set(dataset.windows["chrom"])})
    rows: dict[str, dict[str, float | None]] = {name: {} for name in groups(dataset)}
    for run in options.runs:
        truth, guess, windows = predict_split(run, dataset, options.split)
        crop_bins = load_run_model(run).crop_bins
        for name, columns in groups(dataset).items():
            rows[name][run.name] = correlate(truth[:, columns].sum(1), guess[:, columns].sum(1))
    for name, columns in groups(dataset).items():
        bar = fit_ridge(dataset, columns) if rows[name][options.runs[0].name] is not None else None
        if bar is not None:
            bins = [KMERS[w.chrom][target_bins(dataset, w, crop_bins)] for w in windows]
            guess = np.expm1(bar.predict(np.concatenate(bins)))
            rows[name]["ridge_5mers"] = correlate(truth[:, columns].sum(1), np.maximum(guess, 0))
    write_json(
        options.out,
        {
            "date": datetime.date.today().isoformat(),
            "machine": {"system": platform.platform(), "cpu": platform.processor()},
            "versions": versions(),
            "split": options.split,
            "chroms": sorted({window.chrom for window in windows}),
            "unit": "Pearson's r of log1p(measured units) over 128-bp bins",
            "rows": rows,
        },
    )
    for name, row in rows.items():
        print(f"{name:<40}", {key: None if value is None else round(value, 3) for key, value in row.items()})


if __name__ == "__main__":
    main()
