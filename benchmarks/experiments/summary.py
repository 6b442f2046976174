"""Sum up an experiment: mean and standard deviation over seeds, and differences from the first arm by seed.

    python -m benchmarks.experiments.summary e1 --out runs/e1 --results benchmarks/results/DATE_e1.json \\
        --figure docs/_static/e1.svg

What is not finished is left out, and the number of seeds says so. The table is printed as Markdown.
"""

import argparse
import datetime
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.experiments.figures import FIGURES
from benchmarks.experiments.plan import read_experiment, tasks
from benchmarks.experiments.run import results

from senformer.core.commit import write_json, write_text

METRICS = ("pearson_mean", "pearson_log1p_mean")
ALL = "all"
Rows = Sequence[dict[str, Any]]


def values(rows: Rows, split: str) -> list[dict[str, Any]]:
    """Return one row a run, dataset and assay that has a correlation (``all``: the mean over all tracks)."""
    found = []
    for row in rows:
        for data, metrics in row.get(split, {}).items():
            for assay, means in {**metrics["by_assay"], ALL: metrics}.items():
                if means["pearson_mean"] is not None:
                    place = {"data": data, "assay": assay, "arm": row["arm"], "seed": row["seed"]}
                    found.append({**place, **{name: means[name] for name in METRICS}})
    return found


def spread(numbers: Sequence[float]) -> dict[str, Any]:
    """Return mean and standard deviation (n - 1; None for one number) and how many there are."""
    sd = float(np.std(numbers, ddof=1)) if len(numbers) > 1 else None
    return {"n": len(numbers), "mean": float(np.mean(numbers)), "sd": sd}


def sum_up(found: Rows, first_arm: str, metric: str) -> list[dict[str, Any]]:
    """Return a row a dataset, assay and arm: spread over seeds, and of differences from the first arm.

    Only seeds that both arms have count in ``difference``; without any it is None.
    """
    groups: dict[tuple[str, str], dict[str, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
    for row in found:
        groups[row["data"], row["assay"]][row["arm"]][row["seed"]] = row[metric]
    rows = []
    for (data, assay), arms in groups.items():
        base = arms.get(first_arm, {})
        for arm, by_seed in arms.items():
            pairs = [by_seed[seed] - base[seed] for seed in by_seed if seed in base]
            difference = spread(pairs) if pairs and arm != first_arm else None
            place = {"data": data, "assay": assay, "arm": arm}
            rows.append({**place, **spread(list(by_seed.values())), "difference": difference})
    return rows


def table(summary: Rows, arms: Sequence[str]) -> str:
    """Return a Markdown table: a row a dataset and assay, a column an arm."""
    lines = ["| data | assay | " + " | ".join(arms) + " |", "|---" * (len(arms) + 2) + "|"]
    places = dict.fromkeys((row["data"], row["assay"]) for row in summary)
    cells = {(row["data"], row["assay"], row["arm"]): _cell(row) for row in summary}
    for data, assay in places:
        shown = [cells.get((data, assay, arm), "-") for arm in arms]
        lines.append(f"| {data} | {assay} | " + " | ".join(shown) + " |")
    return "\n".join(lines)


def _cell(row: dict[str, Any]) -> str:
    return f"{row['mean']:.3f}" + (f" ± {row['sd']:.3f}" if row["sd"] is not None else " (1 seed)")


def gene_table(rows: Rows) -> str:
    """Return a Markdown table of what is predicted of far enhancers: a row a run, a column a range."""
    lines = []
    for row in rows:
        for ranges in row.get("genes", {}).values():
            if not lines:
                heads = [f"{r['from_bp'] // 1000}-{r['to_bp'] // 1000} kb ({r['n']})" for r in ranges]
                lines = ["| run | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
            shown = ["-" if r["share"] is None else f"{r['share']:.2f}" for r in ranges]
            lines.append(f"| {row['name']} | " + " | ".join(shown) + " |")
    return "\n".join(lines)


def cost_table(rows: Rows) -> str:
    """Return a Markdown table of every run's time and memory."""
    lines = ["| run | outcome | steps | minutes | peak memory (GiB) |", "|---|---|---|---|---|"]
    for row in rows:
        minutes = f"{row['seconds'] / 60:.1f}" if "seconds" in row else "-"
        peak = f"{row['peak_bytes'] / 2**30:.2f}" if "peak_bytes" in row else "-"
        lines.append(f"| {row['name']} | {row['outcome']} | {row.get('steps', '-')} | {minutes} | {peak} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("experiment")
    for name in ("out", "results", "figure"):
        parser.add_argument(f"--{name}", type=Path, required=name == "out")
    given = parser.parse_args()
    experiment = read_experiment(given.experiment)
    rows = results(experiment, given.out)
    found = {split: values(rows, split) for split in experiment.splits}
    first, *_ = experiment.arms
    summary = {
        split: {metric: sum_up(part, first, metric) for metric in METRICS} for split, part in found.items()
    }
    for split, by_metric in summary.items():
        for metric, part in by_metric.items():
            print(f"\n{split}, {metric}\n\n{table(part, list(experiment.arms))}")
    print(f"\n{gene_table(rows)}\n\n{cost_table(rows)}")
    record = {
        "date": datetime.date.today().isoformat(),
        "experiment": given.experiment,
        "config": experiment.model_dump(mode="json", exclude_none=True),
        "runs_wanted": [task.name for task in tasks(experiment)],
        "summary": summary,
        "runs": rows,
    }
    if given.results:
        write_json(given.results, record)
    if given.figure:
        write_text(given.figure, FIGURES[given.experiment](json.loads(json.dumps(record))))


if __name__ == "__main__":
    main()
