"""The whole path on a simulated genome: simulate, build, train, evaluate, predict, score, report.

Each step leaves a finished folder; a demo that was stopped goes on at the first step that is not done.
"""

import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from senformer.core.commit import refuse_existing, write_json
from senformer.core.config import Config, parse
from senformer.core.errors import OutputError
from senformer.dataset import DatasetConfig, build, open_dataset
from senformer.evaluate import evaluate
from senformer.genome import open_genome
from senformer.genome.bed import read_bed
from senformer.predict.regions import predict_regions
from senformer.predict.source import load_run_model
from senformer.report import write_report
from senformer.simulate import SimulateConfig, simulate
from senformer.train import TrainConfig, train
from senformer.variants import score
from senformer.variants.table import SCORES
from senformer.workflow.pages.write import report_scores
from senformer.workflow.planted import measure_planted, read_truth

N_PAGES = 3
"""Variants with a page of their own."""

log = logging.getLogger(__name__)


class DemoConfig(Config):
    """Settings of a demo; those that stand in ``demo.json`` must agree when it goes on."""

    seed: int = 1
    minutes: float = 7.0
    short: bool = False


def run_demo(out: Path, *, minutes: float = 7.0, seed: int = 1, short: bool = False) -> dict[str, Any]:
    """Run every step into ``out`` and return the metrics that ``metrics.json`` holds.

    Parameters
    ----------
    out
        Folder; a demo of the same settings that was stopped there goes on.
    minutes
        Longest training time, in minutes.
    seed
        Seed of the simulated world and of training.
    short
        A small world and few steps: proves the path in about a minute, not accuracy.

    Raises
    ------
    OutputError
        The folder holds something else, or a demo of other settings.
    """
    started = time.monotonic()
    settings = DemoConfig(seed=seed, minutes=minutes, short=short)
    _claim(out, settings)
    world, store, run = out / "world", out / "dataset", out / "run"
    plan = SHORT if short else FULL

    _step(
        "simulate", world / "DONE.json", lambda: simulate(SimulateConfig(seed=seed, **plan["world"]), world)
    )
    _step("build", store / "DONE.json", lambda: build(_dataset_config(world, plan), store))
    _step("train", run / "DONE.json", lambda: _train(plan, settings, store, run))
    dataset = open_dataset(store)
    _step("evaluate", run / "evaluation" / "DONE.json", lambda: evaluate(run, dataset, run / "evaluation"))
    _step("predict", run / "predictions" / "DONE.json", lambda: _predict(world, run))
    scores = run / "scores.parquet"
    _step("score", scores, lambda: score(run, world / "genome.fa.gz", world / "variants.vcf", scores))

    metrics = _metrics(world, run, scores, plan)
    metrics["seconds"] = round(time.monotonic() - started)
    write_json(out / "metrics.json", metrics)
    report_scores(scores, top=N_PAGES)
    write_report(run, out / "report.html", evaluation=run / "evaluation", scores=scores, extra=metrics)
    return {**metrics, "report": str(out / "report.html")}


def summarize(metrics: dict[str, Any]) -> str:
    """Return the closing lines of a demo."""
    test, variants = metrics["test"], metrics["variants"]
    return "\n".join(
        [
            f"Held-out chromosomes {', '.join(test['chroms'])}: mean Pearson {test['pearson_mean']:.3f} "
            f"(log1p {test['pearson_log1p_mean']:.3f}); "
            f"noise ceiling over the genome {test['ceiling_mean']:.3f}",
            f"Planted motif-breaking against control variants there: AUROC {variants['auroc_planted']:.3f} "
            f"({variants['n_break']} against {variants['n_control']}); "
            f"all {variants['n_planted']} planted: AUROC {variants['auroc_all']:.3f}, "
            f"sign right in {variants['sign_right']:.1%}",
            f"Open {metrics['report']}",
        ]
    )


def _claim(out: Path, settings: DemoConfig) -> None:
    """Take ``out`` for this demo, or find the same demo there."""
    mark = out / "demo.json"
    if mark.is_file():
        found = json.loads(mark.read_text(encoding="utf-8"))
        if found != settings.model_dump():
            raise OutputError(
                "E125", str(out), f"holds a demo of other settings ({found})", "Choose another --out."
            )
        return
    refuse_existing(out)
    write_json(mark, settings.model_dump())


def _step(name: str, done: Path, work: Callable[[], Any]) -> None:
    if done.exists():
        log.info("%s: done before", name)
        return
    log.info("%s ...", name)
    started = time.monotonic()
    work()
    log.info("%s: %.0f s", name, time.monotonic() - started)


def _dataset_config(world: Path, plan: dict[str, Any]) -> DatasetConfig:
    values = {"genome": str(world / "genome.fa.gz"), "tracks": str(world / "tracks.tsv"), **plan["dataset"]}
    return parse(DatasetConfig, values, "demo (dataset)")


def _train(plan: dict[str, Any], settings: DemoConfig, store: Path, run: Path) -> None:
    dataset = open_dataset(store)
    values = {**plan["train"], "seed": settings.seed, "max_minutes": settings.minutes}
    config = parse(TrainConfig, values, "demo (train)")
    train(plan["model"], config, {dataset.organism: dataset}, run, resume=run.exists())


def _predict(world: Path, run: Path) -> None:
    fasta = open_genome(world / "genome.fa.gz")
    regions = read_bed(world / "regions.bed", fasta.chrom_sizes)
    predict_regions(load_run_model(run), fasta, regions, run / "predictions")


def _metrics(world: Path, run: Path, scores: Path, plan: dict[str, Any]) -> dict[str, Any]:
    import pandas as pd

    chroms = plan["dataset"]["split"]["test"]
    test = json.loads((run / "evaluation" / "metrics.json").read_text(encoding="utf-8"))
    ceiling = pd.read_csv(world / "ceiling.tsv", sep="\t")
    return {
        "test": {
            "chroms": chroms,
            "pearson_mean": test["pearson_mean"],
            "pearson_log1p_mean": test["pearson_log1p_mean"],
            "ceiling_mean": float(ceiling["pearson_r"].mean()),
            "by_assay": test["by_assay"],
        },
        "variants": measure_planted(SCORES.read(scores), read_truth(world / "variants.tsv"), chroms),
    }


_MODEL = {
    "name": "senformer",
    "channels": 96,
    "channel_divisor": 8,
    "n_layers": 3,
    "n_heads": 4,
    "key_size": 16,
    "attention": {"kind": "bigbird", "block_bins": 16, "random_blocks": 2, "seed": 1},
    "dropout": 0.1,
}

FULL: dict[str, Any] = {
    "world": {},
    "dataset": {
        "organism": "simulated",
        "window_bp": 16_384,
        "crop_bins": 16,
        "split": {"by": "chromosome", "valid": ["chr7"], "test": ["chr8"]},
    },
    "model": _MODEL,
    "train": {
        "steps": 1_600,
        "batch_size": 4,
        "learning_rate": 2e-3,
        "warmup_steps": 100,
        "schedule": "cosine",
        "validate_every_steps": 200,
        "checkpoint_every_steps": 200,
    },
}

SHORT: dict[str, Any] = {
    "world": {"genome_bp": 400_000, "n_chromosomes": 4, "n_variants": 40},
    "dataset": {
        "organism": "simulated",
        "window_bp": 8_192,
        "crop_bins": 8,
        "split": {"by": "chromosome", "valid": ["chr3"], "test": ["chr4"]},
    },
    "model": {**_MODEL, "channels": 32, "n_layers": 1, "attention": {"kind": "bigbird", "block_bins": 8}},
    "train": {
        "steps": 30,
        "batch_size": 4,
        "learning_rate": 1e-3,
        "warmup_steps": 5,
        "validate_every_steps": 15,
        "checkpoint_every_steps": 15,
    },
}
