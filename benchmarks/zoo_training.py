"""Train models of the zoo on measured tables: each file of configs/experiments/zoo is a row in the docs.

Builds the dataset, trains with the model's recipe as the file changes it, evaluates the test split (both
strands averaged where the model was trained on both), and measures the bar on the same rows: ridge regression
on counts of 5-mers and of their reverse complements. A killed run goes on where it was. Paths in the files
are below the folder of data.

    python -m benchmarks.zoo_training deepstarr ctcf_basset --data ../shared/data --out runs/zoo \\
        --results benchmarks/results/NAME.json
"""

import argparse
import csv
import datetime
import gzip
import json
import platform
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from sklearn.linear_model import RidgeCV
from sklearn.metrics import average_precision_score, roc_auc_score

from senformer.core.commit import commit_file, write_json, write_text
from senformer.core.config import read_yaml
from senformer.core.provenance import versions
from senformer.core.tables import choose
from senformer.dataset import open_dataset
from senformer.dataset.kinds import build_dataset, parse_dataset
from senformer.dataset.table.store import TableDataset, row_numbers
from senformer.evaluate.evaluate import evaluate
from senformer.workflow.train import train_from_file

CONFIGS = Path(__file__).resolve().parents[1] / "configs" / "experiments" / "zoo"
K = 5
_PATHS = ("rows", "file")


def below(value: Any, folder: Path, key: str = "rows") -> Any:
    """Return a part of a ``dataset`` section with its paths in ``folder``."""
    if isinstance(value, Mapping):
        return {name: below(part, folder, name) for name, part in value.items()}
    if isinstance(value, list):
        return [below(part, folder, key) for part in value]
    return str(folder / value) if key in _PATHS else value


def keep_rows(source: Path, wanted: Mapping[str, str], out: Path) -> None:
    """Write the lines of a table that have the wanted values."""

    def write(temporary: Path) -> None:
        with gzip.open(source, "rt", newline="") as lines, open(temporary, "w", newline="") as kept:
            rows = csv.DictReader(lines, delimiter="\t")
            writer = csv.DictWriter(kept, list(rows.fieldnames or ()), delimiter="\t", lineterminator="\n")
            writer.writeheader()
            writer.writerows(r for r in rows if all(r[name] == value for name, value in wanted.items()))

    commit_file(out, write)


def count_kmers(codes: np.ndarray) -> np.ndarray:
    """Return how often each 5-mer or its reverse complement is in each row, (row, 1024)."""
    words = np.lib.stride_tricks.sliding_window_view(codes.astype(np.int64), K, axis=1)
    known = (words < 4).all(axis=2)
    powers = 4 ** np.arange(K)[::-1]
    counts = np.zeros((len(codes), 4**K), np.float32)
    row = np.broadcast_to(np.arange(len(codes))[:, None], known.shape)
    for one in (words @ powers, (3 - words[:, :, ::-1]) @ powers):
        np.add.at(counts, (row[known], one[known]), 1)
    return counts


def ridge(dataset: TableDataset) -> dict[str, float]:
    """Return the accuracy of the bar on the test split, by track, and the mean as ``mean``."""
    windows = dataset.windows
    rows = {name: row_numbers(windows[windows["split"] == name]) for name in ("train", "test")}
    found: dict[str, float] = {}
    counts = {name: count_kmers(dataset.read_inputs(at)["sequence"]) for name, at in rows.items()}
    values = {name: dataset.read_values(at) for name, at in rows.items()}
    for track in dataset.tracks:
        model = RidgeCV(alphas=10.0 ** np.arange(-1, 5)).fit(counts["train"], values["train"][:, track.index])
        predicted, truth = model.predict(counts["test"]), values["test"][:, track.index]
        if track.index in dataset.label_tracks:
            found[track.name] = float(roc_auc_score(truth, predicted))
            found[f"{track.name} AUPRC"] = float(average_precision_score(truth, predicted))
        else:
            found[track.name] = float(np.corrcoef(predicted, truth)[0, 1])
    return found


def run(name: str, shared: Path, out: Path) -> dict[str, Any]:
    """Do one row, and return what was found."""
    files = {file.stem: file for file in CONFIGS.glob("*.yaml")}
    tables = {stem: file for stem, file in files.items() if read_yaml(file)["dataset"].get("kind") == "table"}
    config = choose(tables, name, "table of configs/experiments/zoo")
    values, folder = read_yaml(config), out / name
    folder.mkdir(parents=True, exist_ok=True)
    section = below(values["dataset"], shared)
    if "keep" in values:
        keep_rows(Path(section["rows"]), values["keep"], folder / "rows.tsv")
        section["rows"] = str(folder / "rows.tsv")
    training = folder / "training.yaml"
    kept = {key: value for key, value in values.items() if key in ("model", "train")}
    write_text(training, yaml.safe_dump(kept, sort_keys=False))
    if not (folder / "data" / "DONE.json").is_file():
        build_dataset(parse_dataset(section, f"{config} (dataset)"), folder / "data")
    dataset = open_dataset(folder / "data")
    start = time.perf_counter()
    if not (folder / "run" / "model").is_dir():
        is_begun = (folder / "run" / "run.json").is_file()
        train_from_file(training, [folder / "data"], folder / "run", resume=is_begun)
    seconds = time.perf_counter() - start
    if not (folder / "test" / "DONE.json").is_file():
        evaluate(folder / "run", dataset, folder / "test", split="test", batch_size=64)
    metrics = json.loads((folder / "test" / "metrics.json").read_text(encoding="utf-8"))
    assert isinstance(dataset, TableDataset)
    counts = dataset.windows["split"].value_counts().to_dict()
    found = {"name": name, "rows": {str(key): int(n) for key, n in counts.items()}, "seconds": seconds}
    return {**found, "test": metrics, "ridge": ridge(dataset)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="+")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--results", type=Path, required=True)
    given = parser.parse_args()
    done = json.loads(given.results.read_text(encoding="utf-8"))["rows"] if given.results.is_file() else []
    for name in given.names:
        done = [row for row in done if row["name"] != name]
        done.append(run(name, given.data.resolve(), given.out))
        machine = {"threads": torch.get_num_threads(), "processor": platform.processor()}
        today = datetime.date.today().isoformat()
        write_json(given.results, {"date": today, "machine": machine, "versions": versions(), "rows": done})
        print(json.dumps(done[-1]["ridge"]), {key: done[-1]["test"].get(key) for key in ("pearson_mean",)})


if __name__ == "__main__":
    main()
