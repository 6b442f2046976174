"""Compare a trained model with predicting each track's mean, and its mean profile, over the training windows.

The mean of a track is one value; its mean profile one value a bin of the window. A model that does not beat
both has learned nothing of the sequence. Scored by the training loss (Poisson, lower is better) and by the
mean Pearson over tracks.

    python benchmarks/mean_profile.py RUN --data DATASET --out benchmarks/results/NAME.json
"""

import argparse
import datetime
import platform
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from senformer.core.commit import write_json
from senformer.core.provenance import versions
from senformer.dataset import Dataset, eval_windows, open_dataset
from senformer.predict.predictor import Predictor
from senformer.predict.source import load_run_model

EPSILON = 1e-7
Guess = Callable[[np.ndarray], np.ndarray]


def window_targets(dataset: Dataset, split: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield codes and target (bin, track) of every window of a split."""
    crop = dataset.config.crop_bins
    for window in eval_windows(dataset, split).itertuples():
        first, last = window.start // dataset.bin_bp + crop, window.end // dataset.bin_bp - crop
        yield (
            dataset.sequence(window.chrom, window.start, window.end, pad=True),
            dataset.targets(window.chrom, first, last),
        )


def mean_profile(dataset: Dataset) -> np.ndarray:
    """Return each track's mean over the training windows, for every bin of the target: (bin, track)."""
    total, n = 0.0, 0
    for _, target in window_targets(dataset, "train"):
        total = total + np.nan_to_num(target.astype(np.float64))
        n = n + np.isfinite(target)
    return total / np.maximum(n, 1)


def score(dataset: Dataset, split: str, guess: Guess) -> dict[str, list[float | None] | float]:
    """Return loss and Pearson's r of a guess: per track, and their means."""
    truth, found = [], []
    for codes, target in window_targets(dataset, split):
        truth.append(target.astype(np.float64))
        found.append(guess(codes).astype(np.float64))
    y, p = np.concatenate(truth), np.concatenate(found)
    known = np.isfinite(y)
    terms = np.where(known, p - np.where(known, y, 0) * np.log(p + EPSILON), 0)
    losses = terms.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    r = [correlate(y[k, t], p[k, t]) for t, k in enumerate(known.T)]
    defined = [value for value in r if value is not None]
    return {
        "loss": float(terms.sum() / known.sum()),
        "pearson_mean": float(np.mean(defined)) if defined else None,
        "loss_by_track": losses.tolist(),
        "pearson_by_track": r,
    }


def correlate(y: np.ndarray, p: np.ndarray) -> float | None:
    """Return Pearson's r, None where either side is constant."""
    if len(y) < 2 or np.ptp(y) == 0 or np.ptp(p) == 0:
        return None
    return float(np.corrcoef(y, p)[0, 1])


def compare(run: Path, dataset: Dataset, split: str) -> dict[str, dict]:
    """Return the scores of the model, of the mean and of the mean profile on one split."""
    predictor = Predictor(load_run_model(run), batch_size=1)
    profile = mean_profile(dataset)
    mean = np.broadcast_to(profile.mean(axis=0), profile.shape)
    rows = {
        "model": score(dataset, split, lambda codes: predictor.predict(codes[None], dataset.organism)[0]),
        "mean_profile": score(dataset, split, lambda codes: profile),
        "mean": score(dataset, split, lambda codes: mean),
    }
    for name in ("mean_profile", "mean"):
        pairs = zip(rows["model"]["loss_by_track"], rows[name]["loss_by_track"], strict=True)
        rows[name]["tracks_where_model_is_better"] = sum(ours < theirs for ours, theirs in pairs)
    return rows


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--splits", nargs="+", default=["valid", "test"])
    options = parser.parse_args()
    dataset = open_dataset(options.data)
    rows = {split: compare(options.run, dataset, split) for split in options.splits}
    for split, found in rows.items():
        for name, row in found.items():
            better = row.get("tracks_where_model_is_better", "")
            print(split, name, f"loss {row['loss']:.4f}", f"pearson {row['pearson_mean']}", better)
    write_json(
        options.out,
        {
            "date": datetime.date.today().isoformat(),
            "machine": {"system": platform.platform(), "cpu": platform.processor()},
            "versions": versions(),
            "unit": "Poisson loss of stored values over target bins (lower is better); Pearson's r per track",
            "rows": rows,
        },
    )


if __name__ == "__main__":
    main()
