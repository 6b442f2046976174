"""Whether scores find what is planted in a simulated world, and whether percentiles are uniform.

Makes the demo's world with more variants, trains the demo's model once a seed (or takes trained ones), and
scores variants of the test chromosome: each model alone and all together, strands averaged. Percentiles are
those of the first model, of these variants and of random ones drawn apart from those of the background. Steps
that are finished in the work folder are not done again.

    python benchmarks/planted.py --work DIR --out benchmarks/results/NAME.json
"""

import argparse
import datetime
import json
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from senformer.core.commit import write_json
from senformer.core.config import parse
from senformer.core.provenance import versions
from senformer.dataset import DatasetConfig, build, open_dataset
from senformer.genome import open_genome
from senformer.predict.source import load_run_model
from senformer.simulate import SimulateConfig, simulate
from senformer.train import TrainConfig, train
from senformer.variants import score
from senformer.variants.background.build import build_background
from senformer.variants.background.draw import draw
from senformer.variants.masks import parse_scorer
from senformer.workflow.demo import FULL, SHORT
from senformer.workflow.planted import by_track, measure_planted, read_truth

SCORERS = ("SAD", "SAD@501", "SAR", "SAR@501", "logSAD", "logSAD@501", "sqrtSAD", "D2", "SAX", "JS")
LEVELS = (5, 10, 25, 50, 75, 90, 95, 99)
WORLD_SEED = 1
# Kolmogorov-Smirnov at 5 %: D is larger by chance in one of twenty uniform samples.
CRITICAL = 1.358


def step(done: Path, work: Callable[[], Any]) -> None:
    """Do a step unless what it leaves is there."""
    if not done.exists():
        print(f"{done.parent.name}/{done.name} ...", flush=True)
        work()


def make_world(work: Path, plan: dict[str, Any], n_variants: int) -> None:
    """Make the demo's world with more variants; the genome is the same whatever their number."""
    settings = SimulateConfig(**{**plan["world"], "seed": WORLD_SEED, "n_variants": n_variants})
    step(work / "world" / "DONE.json", lambda: simulate(settings, work / "world"))


def make_models(work: Path, plan: dict[str, Any], seeds: Sequence[int]) -> list[Path]:
    """Build the dataset of the world, and train one model a seed."""
    world, store = work / "world", work / "dataset"
    values = {"genome": str(world / "genome.fa.gz"), "tracks": str(world / "tracks.tsv"), **plan["dataset"]}
    step(store / "DONE.json", lambda: build(parse(DatasetConfig, values, "dataset"), store))
    runs = [work / f"run_{seed}" for seed in seeds]
    for seed, run in zip(seeds, runs, strict=True):
        step(run / "DONE.json", lambda seed=seed, run=run: fit(plan, seed, store, run))
    return runs


def fit(plan: dict[str, Any], seed: int, store: Path, run: Path) -> None:
    """Train one model; one that was stopped goes on."""
    dataset = open_dataset(store)
    config = parse(TrainConfig, {**plan["train"], "seed": seed}, "train")
    train(plan["model"], config, {dataset.organism: dataset}, run, resume=run.exists())


def uniformity(percentiles: np.ndarray, n_background: int) -> dict[str, Any]:
    """Tell how far percentiles (variant, track) are from uniform, track by track.

    ``share_below`` is, of all variants and tracks, the share below each level. Of a track, D is the largest
    distance of the cumulative share from the uniform one; ``tracks_uniform`` counts those whose D is what
    chance allows at 5 % for so many variants and so many random ones.
    """
    n, n_tracks = percentiles.shape
    ordered = np.sort(percentiles / 100, axis=0)
    above = np.arange(1, n + 1)[:, None] / n - ordered
    below = ordered - np.arange(n)[:, None] / n
    largest = np.maximum(above, below).max(axis=0)
    allowed = CRITICAL * np.sqrt(1 / n + 1 / n_background)
    return {
        "n_variants": n,
        "share_below": {str(level): round(float((percentiles < level).mean()), 4) for level in LEVELS},
        "d_largest": round(float(largest.max()), 4),
        "d_allowed": round(float(allowed), 4),
        "tracks_uniform": int((largest <= allowed).sum()),
        "n_tracks": n_tracks,
    }


def groups(truth: pd.DataFrame) -> dict[str, pd.Series]:
    """Return which variants belong to the planted ones and to the controls, by where these lie."""
    is_control = truth["kind"] == "control"
    in_site, in_element = truth["motif"] != "", truth["element"] != ""
    return {
        "planted": ~is_control,
        "controls far from elements": is_control & ~in_element,
        "controls beside sites": is_control & in_element & ~in_site,
        "controls inside sites": is_control & in_site,
    }


def percentile_rows(scores: pd.DataFrame, random: pd.DataFrame, truth: pd.DataFrame, n: int) -> list[dict]:
    """Return one row a scorer and group of variants."""
    rows = []
    for scorer in SCORERS:
        tables = {"random": by_track(random, f"{scorer}_percentile")}
        whole = by_track(scores, f"{scorer}_percentile")
        known = truth.loc[whole.index]
        tables |= {name: whole[chosen.to_numpy()] for name, chosen in groups(known).items()}
        rows += [
            {"scorer": scorer, "variants": name, **uniformity(table.to_numpy(), n)}
            for name, table in tables.items()
            if len(table)
        ]
    return rows


def frame(variants: Sequence[Any]) -> pd.DataFrame:
    """Return drawn variants as a table that ``score`` reads."""
    rows = [(v.chrom, v.position, v.ref, v.alt) for v in variants]
    return pd.DataFrame(rows, columns=["chrom", "pos", "ref", "alt"])


def measure(
    work: Path, runs: Sequence[Path], chroms: Sequence[str], n_random: int, most: int
) -> dict[str, Any]:
    """Score planted and random variants and return all rows."""
    genome, truth = work / "world" / "genome.fa.gz", read_truth(work / "world" / "variants.tsv")
    truth = truth[truth["chrom"].isin(chroms)]
    truth = truth.iloc[:: max(1, -(-len(truth) // most))]
    planted = truth.assign(pos=truth["start"] + 1)[["chrom", "pos", "ref", "alt"]].reset_index(drop=True)
    fasta = open_genome(genome)
    regions = pd.DataFrame({"chrom": chroms, "start": 0, "end": [fasta.chrom_sizes[c] for c in chroms]})
    regions.to_csv(work / "held_out.bed", sep="\t", index=False, header=False)
    background = work / "background.parquet"
    made = {"n": n_random, "seed": 1, "scorers": SCORERS, "regions": work / "held_out.bed"}
    step(background, lambda: build_background(runs[0], genome, background, **made))

    def scored(name: str, models: Sequence[Path], variants: pd.DataFrame, **how: Any) -> pd.DataFrame:
        out = work / f"{name}.parquet"
        step(out, lambda: score(models, genome, variants, out, scorers=SCORERS, top=0, **how))
        return pd.read_parquet(out)

    tables = {"model 1": scored("model_1", runs[:1], planted, background=background)}
    random = frame(draw(fasta, n_random // 3, 2, regions=regions).variants)
    fresh = scored("random", runs[:1], random, background=background)
    for number, run in enumerate(runs[1:], 2):
        tables[f"model {number}"] = scored(f"model_{number}", [run], planted)
    if len(runs) > 1:
        tables[f"ensemble of {len(runs)}"] = mean_scores(list(tables.values()))
    return {
        "effects": effect_rows(tables, truth, chroms),
        "percentiles": percentile_rows(tables["model 1"], fresh, truth, n_random),
    }


def mean_scores(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the scores of the ensemble of several models: the means of theirs."""
    rows = [table.set_index(["key", "track_name"]) for table in tables]
    means = sum(row[list(SCORERS)] for row in rows) / len(rows)
    return rows[0][["chrom"]].join(means).reset_index()


def effect_rows(tables: dict[str, pd.DataFrame], truth: pd.DataFrame, chroms: Sequence[str]) -> list[dict]:
    """Return one row a model and scorer."""
    rows = []
    for name, table in tables.items():
        for scorer in SCORERS:
            found = measure_planted(table, truth, chroms, scorer)
            if not parse_scorer(scorer).is_signed:
                found["sign_right"] = found["spearman_main"] = None
            rounded = {k: round(v, 4) if isinstance(v, float) else v for k, v in found.items()}
            rows.append({"model": name, "scorer": scorer, **rounded})
    return rows


def describe(run: Path) -> dict[str, Any]:
    """Return what a model is and how long it was trained."""
    model, done = load_run_model(run), json.loads((run / "DONE.json").read_text(encoding="utf-8"))
    return {
        "name": model.card.name,
        "attention": model.config.attention.kind,
        "window_bp": model.window_bp,
        "parameters": model.card.parameters,
        "steps": done["steps"],
    }


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True, help="folder of the steps; kept")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2], help="one model each")
    parser.add_argument(
        "--runs", type=Path, nargs="+", help="trained on this world already, in place of --seeds"
    )
    parser.add_argument("--variants", type=int, default=4000, help="in the whole world")
    parser.add_argument("--most", type=int, default=1000, help="of them scored, evenly by place")
    parser.add_argument("--random", type=int, default=3000, help="of the background")
    parser.add_argument("--short", action="store_true", help="the small world and few steps of demo --short")
    options = parser.parse_args()
    plan = SHORT if options.short else FULL
    make_world(options.work, plan, options.variants)
    runs = options.runs or make_models(options.work, plan, options.seeds)
    chroms = plan["dataset"]["split"]["test"]
    found = measure(options.work, runs, chroms, options.random, options.most)
    for row in found["effects"]:
        print(*row.values(), sep="\t")
    write_json(
        options.out,
        {
            "what": "planted",
            "date": datetime.date.today().isoformat(),
            "machine": {"system": platform.platform(), "cpu": platform.processor()},
            "versions": versions(),
            "world_seed": WORLD_SEED,
            "chroms": chroms,
            "models": [describe(run) for run in runs],
            "n_background": options.random,
            **found,
        },
    )


if __name__ == "__main__":
    main()
