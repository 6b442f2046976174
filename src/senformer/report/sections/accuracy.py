"""How well each track is predicted on the evaluated windows."""

from typing import Any

import pandas as pd

from senformer.core.wording import counted
from senformer.report import html
from senformer.report.figures import FIGURES
from senformer.report.inputs import EvaluationFiles
from senformer.report.sections.counter import FigureCounter
from senformer.tracks.track import ALL_TRACKS, NO_ASSAY

MOST_ROWS = 200


def accuracy_section(evaluation: EvaluationFiles | None, counter: FigureCounter) -> html.Html:
    """Return the section on accuracy per track and assay."""
    if evaluation is None:
        text = "No evaluation was given: run senformer evaluate, then this report again."
        return html.section("accuracy", "Accuracy", html.paragraph(text))
    metrics = evaluation.metrics
    parts = [html.paragraph(_sentence(metrics))]
    if metrics.get("note"):
        parts.append(html.element("p", html.element("strong", "Mind: "), metrics["note"], class_="mind"))
    parts += [
        counter.place(FIGURES["track_accuracy"](evaluation.tracks, evaluation.windows_name)),
        _assay_table(metrics),
        _track_table(evaluation.tracks),
    ]
    return html.section("accuracy", f"Accuracy on {evaluation.windows_name}", *parts)


def _sentence(metrics: dict) -> str:
    text = f"{counted(metrics['n_windows'], 'window')} of the {metrics['split']} split, "
    text += f"{counted(metrics['n_bins'], 'bin')}. "
    n_undefined = metrics.get("n_tracks_undefined") or 0
    n_defined = metrics["n_tracks"] - n_undefined
    if n_defined:
        over = f"the {n_defined:,} of {metrics['n_tracks']:,} tracks that have one"
        if not n_undefined:
            over = counted(n_defined, "track")
        text += (
            f"The mean Pearson r over {over} is {html.number(metrics['pearson_mean'])} on the signal as "
            f"stored and {html.number(metrics['pearson_log1p_mean'])} on its logarithm. "
        )
    if n_undefined:
        verb = "has" if n_undefined == 1 else "have"
        text += f"{counted(n_undefined, 'track')} {verb} no correlation: no data, or a constant side."
    return text.rstrip()


# Columns of the table of assays: key of metrics.json, title; those that the evaluation lacks are left out.
_MEANS = (
    ("pearson_mean", "mean r"),
    ("pearson_ci95", "95 %"),
    ("pearson_log1p_mean", "mean r, log(1 + x)"),
    ("spearman_mean", "mean Spearman rho"),
    ("r2_mean", "mean R2"),
    ("poisson_d2_mean", "deviance explained"),
    ("jsd_mean", "mean JS distance"),
    ("profile_auprc_mean", "mean profile AUPRC"),
    ("auroc_mean", "mean AUROC"),
    ("auprc_mean", "mean AUPRC"),
)


def _assay_table(metrics: dict[str, Any]) -> html.Html:
    groups = {**metrics["by_assay"], ALL_TRACKS: metrics}
    has_any = {key for group in groups.values() for key, value in group.items() if value is not None}
    shown = [(key, title) for key, title in _MEANS if key in has_any]
    rows = [
        (assay, f"{group['n_tracks']:,}", *(_mean(group.get(key)) for key, _ in shown))
        for assay, group in groups.items()
    ]
    caption = (
        "Means over the tracks of each assay that have a value; – where none has. The interval is of the "
        "mean r, over other windows of this genome."
        if any(key == "pearson_ci95" for key, _ in shown)
        else "Means over the tracks of each assay that have a correlation; – where none has."
    )
    return html.table(("assay", "tracks", *(title for _, title in shown)), rows, caption)


def _mean(value: float | list[float] | None) -> str:
    if isinstance(value, list):
        return f"{html.number(value[0])} to {html.number(value[1])}"
    return html.number(value)


def _track_table(tracks: pd.DataFrame) -> html.Html:
    ordered = tracks.sort_values(["assay", "index"])
    rows = [
        (
            row.assay or NO_ASSAY,
            row.name,
            row.strand,
            html.number(row.pearson_r),
            html.number(row.pearson_r_log1p),
            html.significant(row.mean_target),
            html.significant(row.mean_prediction),
        )
        for row in ordered.head(MOST_ROWS).itertuples(index=False)
    ]
    head = ("assay", "track", "strand", "r", "r, log(1 + x)", "mean measured", "mean predicted")
    title = "The one track" if len(tracks) == 1 else f"All {len(tracks):,} tracks"
    if len(tracks) > MOST_ROWS:
        title = f"The first {MOST_ROWS} of {len(tracks):,} tracks (all are in tracks.tsv of the evaluation)"
    return html.element("details", html.element("summary", title), html.table(head, rows))
