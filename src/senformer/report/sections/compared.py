"""Runs side by side: what they are, how well they do on the same windows, and what was set otherwise."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from senformer.core.duration import format_duration
from senformer.core.wording import counted
from senformer.evaluate.comparison import N_DRAWS
from senformer.report import html
from senformer.report.figures import FIGURES
from senformer.report.inputs import EvaluationFiles, RunFiles
from senformer.report.sections.counter import FigureCounter

_ABSENT = "–"


def overview_section(runs: Mapping[str, RunFiles], evaluations: Mapping[str, EvaluationFiles]) -> html.Html:
    """Return the section that lists the runs, one a row."""
    head = (
        "run",
        "model",
        "parameters",
        "window, bp",
        "steps",
        "time",
        "seed",
        "mean r",
        "mean r, log(1 + x)",
    )
    rows = [_overview_row(name, run, evaluations[name].metrics) for name, run in runs.items()]
    metrics = next(iter(evaluations.values())).metrics
    text = (
        f"All were evaluated on the same {counted(metrics['n_windows'], 'window')} of the "
        f"{metrics['split']} split ({counted(metrics['n_bins'], 'bin')}, "
        f"{counted(metrics['n_tracks'], 'track')}). Differences are taken from {next(iter(runs))}, the first "
        "one named."
    )
    leaky = [name for name, found in evaluations.items() if found.metrics.get("overlaps_training")]
    mind = [html.paragraph(f"Windows that a model was trained on: {', '.join(leaky)}.")] if leaky else []
    return html.section("runs", "The runs", html.paragraph(text), *mind, html.table(head, rows))


def _overview_row(name: str, run: RunFiles, metrics: Mapping[str, Any]) -> tuple[Any, ...]:
    card, done = run.card or {}, run.done or {}
    return (
        name,
        card.get("name", _ABSENT),
        f"{card['parameters']:,}" if "parameters" in card else _ABSENT,
        f"{card['window_bp']:,}" if "window_bp" in card else _ABSENT,
        f"{done['steps']:,}" if "steps" in done else "not finished",
        format_duration(done["seconds"]) if "seconds" in done else _ABSENT,
        run.record.get("seed"),
        html.number(metrics["pearson_mean"]),
        html.number(metrics["pearson_log1p_mean"]),
    )


def curves_section(runs: Mapping[str, RunFiles], counter: FigureCounter) -> html.Html:
    """Return the section with all training curves in one figure."""
    drawing = FIGURES["compared_curves"]({name: run.curve for name, run in runs.items()})
    return html.section("training", "Training", counter.place(drawing))


def differences_section(
    first: str,
    evaluations: Mapping[str, EvaluationFiles],
    comparisons: Mapping[str, pd.DataFrame],
    counter: FigureCounter,
) -> html.Html:
    """Return the section on accuracy: a figure, and for every metric a table by assay.

    Parameters
    ----------
    first
        Name of the run that the others are compared with.
    evaluations
        Of every run.
    comparisons
        For each other run the table of :func:`senformer.evaluate.comparison.compare_tracks`.
    """
    tables = {name: found.tracks for name, found in evaluations.items()}
    metrics = list(dict.fromkeys(next(iter(comparisons.values()))["metric"]))
    parts = [html.paragraph(_HOW_TO_READ), counter.place(FIGURES["compared_tracks"](first, tables))]
    for metric in metrics:
        of_metric = {name: table[table["metric"] == metric] for name, table in comparisons.items()}
        parts += [html.element("h3", metric), _difference_table(first, of_metric)]
    return html.section("accuracy", "Accuracy by assay", *parts)


_HOW_TO_READ = (
    "Differences are of tracks under one model and the other, in the mean over the tracks that both have a "
    f"value for. The first interval holds 95 % of the means of {N_DRAWS:,} draws of tracks with replacement; "
    "the second one 95 % of those of draws of stretches of the genome, the same for both models. p is that "
    "of the two-sided Wilcoxon signed-rank test over tracks; it and the first interval take tracks for "
    "independent of one another, and p is not corrected for the number of rows."
)


_ENDS = ("95 %, tracks", "95 %, windows")


def _difference_table(first: str, tables: Mapping[str, pd.DataFrame]) -> html.Html:
    head = ("assay", "tracks", first, "run", "its mean", "difference", *_ENDS, "higher on", "p")
    rows = []
    for place in range(len(next(iter(tables.values())))):
        for name, table in tables.items():
            row = table.iloc[place]
            rows.append(
                (row["assay"], f"{row['n_tracks']:,}", html.number(row["mean_first"]), name, *_gap(row))
            )
    return html.table(head, rows)


def _gap(row: pd.Series) -> tuple[str, ...]:
    if not row["n_tracks"]:
        return (_ABSENT,) * 6
    return (
        html.number(row["mean_other"]),
        html.signed(row["difference"]),
        _ends(row, "low", "high"),
        _ends(row, "window_low", "window_high"),
        f"{row['share_higher']:.0%}",
        _ABSENT if pd.isna(row["p"]) else f"{row['p']:.2g}",
    )


def _ends(row: pd.Series, low: str, high: str) -> str:
    if pd.isna(row[low]):
        return _ABSENT
    return f"{html.signed(row[low])} to {html.signed(row[high])}"


def settings_section(records: Mapping[str, Mapping[str, Any]]) -> html.Html:
    """Return the section on settings that are not the same in all runs."""
    settings = {name: record.get("settings") or {} for name, record in records.items()}
    keys = sorted({key for found in settings.values() for key in found})
    rows = [(key, *(_shown(found, key) for found in settings.values())) for key in keys]
    rows = [row for row in rows if len(set(row[1:])) > 1]
    if not rows:
        return html.section("settings", "Settings", html.paragraph("All runs have the same settings."))
    title = "Only what differs is shown; – stands where a run does not have the setting."
    return html.section("settings", "Settings", html.table(("setting", *records), rows, title))


def _shown(settings: Mapping[str, Any], key: str) -> str:
    if key not in settings:
        return _ABSENT
    value = settings[key]
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text[:16] if key.startswith("dataset.") else text


def names_of(folders: Sequence[Any]) -> list[str]:
    """Return the shortest endings of paths that tell them apart.

    Examples
    --------
    >>> from pathlib import Path
    >>> names_of([Path("runs/a"), Path("runs/b")]), names_of([Path("a/run"), Path("b/run")])
    (['a', 'b'], ['a/run', 'b/run'])
    """
    parts = [folder.resolve().parts for folder in folders]
    for depth in range(1, max(map(len, parts)) + 1):
        names = ["/".join(path[-depth:]) for path in parts]
        if len(set(names)) == len(names):
            return names
    return [str(folder) for folder in folders]
