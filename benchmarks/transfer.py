"""Pre-train on the peaks of four factors, fine-tune on a fifth: what is the trunk worth where rows are few?

Peaks against shuffled sequence of CTCF, JUND, EP300 and TP53 teach a model four labels; a row says nothing of
the factors that it was not measured for. Then RAD21, which sits where CTCF does, with few to half of its
training rows: from drawn weights, from the pre-trained ones, and with their trunk frozen. Rows that share a
word with a test row of RAD21 are left out of pre-training. Steps that are finished are not done again.

    python -m benchmarks.transfer chromtransfer --data ../shared/data/fastsk_encode --out runs/transfer \\
        --results benchmarks/results/NAME.json --figure docs/_static/transfer-chromtransfer.svg
"""

import argparse
import datetime
import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from senformer.core.commit import write_json, write_text
from senformer.core.provenance import versions
from senformer.dataset import open_dataset
from senformer.dataset.kinds import build_dataset, parse_dataset
from senformer.evaluate.evaluate import evaluate
from senformer.genome.sequence import encode, reverse_complement
from senformer.report.figures.style import SERIES, drawing_style, new_figure, to_svg
from senformer.workflow.train import train_from_file

FACTORS, TARGET = ("CTCF", "JUND", "EP300_47848", "TP53"), "RAD21"
WINDOW_BP, WORD_BP = 200, 24
SIZES = (50, 100, 250, 1000)
SEEDS = (1, 2)
# The same task for every training; what differs is where it begins and what moves.
TASK = {
    "loss": "binary_cross_entropy",
    "class_weights": "none",
    "max_shift_bp": 0,
    "reverse_complement": True,
    "warmup_steps": 0,
}
BUDGET = {
    "batch_size": 32,
    "clip_norm": None,
    "optimizer": "adam",
    "weight_decay": 0.0,
    "ema": None,
    "ema_warmup": False,
    "schedule": "constant",
    "export": "last",
}
ARMS: dict[str, dict[str, Any]] = {
    "from scratch": {"learning_rate": 1e-3},
    "pre-trained": {"learning_rate": 1e-3, "finetune": {"heads": "new"}},
    "pre-trained, trunk frozen": {"learning_rate": 1e-3, "finetune": {"heads": "new", "train": "heads"}},
}
Row = tuple[str, int]


def read_rows(file: Path) -> list[Row]:
    """Return sequences and labels of a FASTA file whose names are 0 and 1."""
    with gzip.open(file, "rt") as lines:
        words = [line.strip() for line in lines]
    return [(bases, int(name[1:])) for name, bases in zip(words[::2], words[1::2], strict=True)]


def words_of(bases: str) -> set[bytes]:
    """Return the words of a sequence and of its reverse complement."""
    codes = encode(bases)
    both = codes.tobytes(), reverse_complement(codes[None])[0].tobytes()
    return {one[at : at + WORD_BP] for one in both for at in range(len(one) - WORD_BP + 1)}


def unlike(rows: Iterable[Row], others: Sequence[Row]) -> Iterator[Row]:
    """Yield the rows that share no word with any of the others."""
    known = set().union(*(words_of(bases) for bases, _ in others))
    yield from (row for row in rows if known.isdisjoint(words_of(row[0])))


def build(folder: Path, organism: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    """Write a table with columns sequence, split and the labels, and make a dataset of it."""
    lines = ["\t".join(["sequence", "split", *columns]), *("\t".join(row) for row in rows)]
    write_text(folder / "rows.tsv", "\n".join(lines) + "\n")
    section = {
        "kind": "table",
        "organism": organism,
        "rows": str(folder / "rows.tsv"),
        "sequence": "sequence",
        "values": {name: {"column": name, "assay": "ChIP-seq"} for name in columns},
        "window_bp": WINDOW_BP,
        "leaks": "report",
        "split": {"by": "column", "column": "split"},
    }
    if not (folder / "data" / "DONE.json").is_file():
        build_dataset(parse_dataset(section, organism), folder / "data")
    return folder / "data"


def fit(folder: Path, data: Path, model: str | None, settings: Mapping[str, Any]) -> Path:
    """Train a model, or fine-tune the one that the settings name."""
    values = {"model": {"name": model, "window_bp": WINDOW_BP}} if model else {}
    write_text(folder / "train.yaml", yaml.safe_dump({**values, "train": {**TASK, **BUDGET, **settings}}))
    if not (folder / "run" / "model").is_dir():
        is_begun = (folder / "run" / "run.json").is_file()
        train_from_file(folder / "train.yaml", [data], folder / "run", resume=is_begun)
    return folder / "run"


def auroc(folder: Path, run: Path, data: Path) -> float:
    """Return the AUROC on the test rows, both strands averaged."""
    if not (folder / "test" / "DONE.json").is_file():
        evaluate(run, open_dataset(data), folder / "test", split="test", batch_size=64)
    return json.loads((folder / "test" / "metrics.json").read_text(encoding="utf-8"))["auroc_mean"]


def pretrain(model: str, files: Path, out: Path, steps: int) -> tuple[Path, int]:
    """Train on the four factors; return the run and how many rows it saw."""
    test = read_rows(files / f"{TARGET}.test.fasta.gz")
    rows = []
    for place, factor in enumerate(FACTORS):
        for bases, label in unlike(read_rows(files / f"{factor}.train.fasta.gz"), test):
            labels = [str(label) if at == place else "" for at in range(len(FACTORS))]
            rows.append([bases, "train", *labels])
    data = build(out / "factors", "factors", FACTORS, rows)
    settings = {"steps": steps, "learning_rate": 1e-3, "seed": 1, "batch_size": 64}
    return fit(out / "factors" / model, data, model, settings), len(rows)


def curve(model: str, files: Path, out: Path, source: Path, steps: int) -> list[dict[str, Any]]:
    """Return the AUROC of every arm, number of rows and seed."""
    known = read_rows(files / f"{TARGET}.train.fasta.gz")
    test = [[bases, "test", str(label)] for bases, label in read_rows(files / f"{TARGET}.test.fasta.gz")]
    found = []
    for size in SIZES:
        for seed in SEEDS:
            chosen = np.random.default_rng(seed).permutation(len(known))[:size]
            rows = [[known[at][0], "train", str(known[at][1])] for at in chosen]
            folder = out / f"{size}_{seed}"
            data = build(folder, TARGET, [TARGET], [*rows, *test])
            for arm, settings in ARMS.items():
                place = folder / model / arm.replace(", ", "_").replace(" ", "_")
                given = {**settings, "steps": steps, "seed": seed}
                if "finetune" in given:
                    given["finetune"] = {**given["finetune"], "from": str(source)}
                run = fit(place, data, None if "finetune" in given else model, given)
                row = {"rows": size, "seed": seed, "arm": arm, "auroc": auroc(place, run, data)}
                print(row, flush=True)
                found.append(row)
    return found


def draw(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the figure: AUROC against rows, a curve an arm, a point a seed."""
    with drawing_style():
        figure = new_figure(3.4, 5.2)
        axes = figure.subplots()
        for number, arm in enumerate(ARMS):
            own = [row for row in rows if row["arm"] == arm]
            sizes = sorted({row["rows"] for row in own})
            means = [np.mean([row["auroc"] for row in own if row["rows"] == size]) for size in sizes]
            axes.plot(sizes, means, color=SERIES[number], label=arm)
            axes.plot(
                [row["rows"] for row in own], [row["auroc"] for row in own],
                ls="", marker="osD"[number], ms=4, color=SERIES[number],
            )  # fmt: skip
        axes.set_xscale("log")
        axes.set_xticks(SIZES, [f"{size:,}" for size in SIZES])
        axes.minorticks_off()
        axes.set(xlabel=f"training rows of {TARGET}", ylabel="test AUROC")
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
        return to_svg(figure)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", help="chromtransfer, agentbind, or another of labels")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--figure", type=Path, required=True)
    parser.add_argument("--pretrain-steps", type=int, default=600)
    parser.add_argument("--steps", type=int, default=120)
    given = parser.parse_args()
    source, n_rows = pretrain(given.model, given.data, given.out, given.pretrain_steps)
    rows = curve(given.model, given.data, given.out, source, given.steps)
    record = {
        "date": datetime.date.today().isoformat(),
        "versions": versions(),
        "model": given.model,
        "pretraining": {"factors": FACTORS, "rows": n_rows, "steps": given.pretrain_steps},
        "steps": given.steps,
        "target": TARGET,
        "rows": rows,
    }
    write_json(given.results, record)
    write_text(given.figure, draw(rows))


if __name__ == "__main__":
    main()
