"""Train a profile model and compare the shapes that it predicts with the mean profile, by held-out windows.

The distance is that of Jensen and Shannon (``METRICS["jsd"]``, 0 is perfect) of each window and track. The
mean profile is that of the track over the training windows; ``by_strand`` is the same on the strand of the
gene that the window is around: what is known of the place without its sequence. ``other_window`` is the
prediction of the window before: what a model knows without this window's sequence.

    python -m benchmarks.profiles CONFIG --files FOLDER --out RUNS [--result JSON]
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from senformer.core.commit import write_json, write_text
from senformer.core.config import parse, read_yaml
from senformer.dataset import Dataset, DatasetConfig, build, eval_windows, open_dataset
from senformer.dataset.examples import AnyDataset
from senformer.evaluate import evaluate
from senformer.evaluate.metrics.jsd import Jsd
from senformer.genome.chromosomes import resolve_chromosome
from senformer.genome.fasta import open_fasta
from senformer.model.zoo import MODELS
from senformer.predict.predictor import Predictor
from senformer.predict.source import load_run_model
from senformer.train import TrainConfig, train
from senformer.train.recipe import train_settings
from senformer.workflow.measure.machine import describe_machine


def track_table(files: Path, names: list[str], out: Path) -> Path:
    """Write the rows of both strands of some tracks, side by side, as a table of their own."""
    table = pd.read_csv(files / "tracks.tsv", sep="\t", dtype=str, keep_default_na=False)
    table = table.set_index("name", drop=False)
    rows = table.loc[[f"{name}_{strand}" for name in names for strand in ("plus", "minus")]].copy()
    rows["index"] = np.arange(len(rows))
    rows["strand_pair"] = rows["index"] ^ 1
    rows["file"] = [str((files / file).resolve()) for file in rows["file"]]
    write_text(out, rows.to_csv(sep="\t", index=False))
    return out


def starts(files: Path, name: str, chroms: set[str], out: Path) -> Path:
    """Write the lines of a BED file that are on the genome's chromosomes."""
    lines = (files / name).read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if resolve_chromosome(line.split("\t")[0], chroms)]
    write_text(out, "".join(kept))
    return out


def read_split(dataset: Dataset, split: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return codes, targets and whether the gene is on the minus strand, of all windows of a split."""
    windows = eval_windows(dataset, split)
    codes = [dataset.sequence(row.chrom, row.start, row.end, pad=True) for row in windows.itertuples()]
    targets = [dataset.targets(row.chrom, row.start, row.end) for row in windows.itertuples()]
    return np.stack(codes), np.stack(targets), (windows["strand"] == "-").to_numpy()


def turned(values: np.ndarray, is_minus: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Return profiles (window, base, track) as the strand of each window's gene has them."""
    found = values.copy()
    found[is_minus] = values[is_minus][:, ::-1][:, :, dataset.strand_permutation]
    return found


def distances(dataset: Dataset, split: str, predicted: np.ndarray) -> dict[str, list[float]]:
    """Return the distance of each track, of the model and of what is known without the window's sequence."""
    _, known, is_minus = read_split(dataset, "train")
    by_strand = np.nanmean(turned(known, is_minus, dataset), axis=0)
    _, targets, is_minus = read_split(dataset, split)
    of_place = np.broadcast_to(by_strand, targets.shape)
    guesses = {
        "model": predicted,
        "mean_profile": np.broadcast_to(np.nanmean(known, axis=0), targets.shape),
        "by_strand": turned(of_place, is_minus, dataset),
        "uniform": np.ones_like(targets),
        "other_window": np.roll(predicted, 1, axis=0),
    }
    n = len(dataset.tracks)
    return {name: Jsd(n).add(guess, targets).result().tolist() for name, guess in guesses.items()}


def trained(
    model: dict[str, Any], how: TrainConfig, datasets: dict[str, AnyDataset], out: Path
) -> tuple[dict[str, Any], float]:
    """Train, or read what a finished run says of itself: its steps, and the minutes that it took."""
    facts = out / "trained.json"
    if not facts.exists():
        began = time.monotonic()
        done = train(model, how, datasets, out / "run")
        write_json(facts, {"steps": done["steps"], "minutes": (time.monotonic() - began) / 60})
    found = json.loads(facts.read_text(encoding="utf-8"))
    return found, found["minutes"]


def main() -> None:
    """Build, train, measure and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("config", type=Path)
    parser.add_argument(
        "--files", type=Path, required=True, help="Folder with genome, tracks.tsv, annotation."
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--result", type=Path)
    options = parser.parse_args()
    config = read_yaml(options.config)
    options.out.mkdir(parents=True, exist_ok=True)
    genome = next(options.files.glob("*.fa.gz"))
    chroms = set(open_fasta(genome).chrom_sizes)
    section = {
        **config["dataset"],
        "genome": str(genome),
        "tracks": str(track_table(options.files, config["tracks"], options.out / "tracks.tsv")),
        "regions": {"tss": str(starts(options.files, config["tss"], chroms, options.out / "tss.bed"))},
    }
    data = options.out / "dataset"
    if not data.exists():
        build(parse(DatasetConfig, section, "dataset"), data)
    dataset = open_dataset(data)
    assert isinstance(dataset, Dataset)
    datasets: dict[str, AnyDataset] = {dataset.organism: dataset}
    how = train_settings(config["train"], MODELS[config["model"]["name"]].recipe, datasets)
    done, minutes = trained(config["model"], how, datasets, options.out)
    asked = ("jsd", "profile_auprc")
    found = evaluate(options.out / "run", dataset, options.out / "test", split="test", metrics=asked)
    codes, *_ = read_split(dataset, "test")
    predictor = Predictor(load_run_model(options.out / "run"), batch_size=32)
    by_track = distances(dataset, "test", predictor.predict(codes, dataset.organism))
    result = {
        "what": "Jensen-Shannon distance of profiles at single bases, mean over windows (0 is perfect)",
        "machine": describe_machine("cpu", how.threads),
        "config": config,
        "budget": {"minutes": minutes, "steps": done["steps"], "threads": how.threads},
        "windows": dataset.windows["split"].value_counts().to_dict(),
        "tracks": [track.name for track in dataset.tracks],
        "jsd": {name: float(np.nanmean(values)) for name, values in by_track.items()},
        "jsd_by_track": by_track,
        "evaluate": {key: value for key, value in found.items() if isinstance(value, int | float | str)},
    }
    write_json(options.result or options.out / "result.json", result)
    for name, value in result["jsd"].items():
        print(name, f"{value:.4f}")


if __name__ == "__main__":
    main()
