"""How far a model, and others beside it, have drifted from the one that it was made from."""

from collections.abc import Mapping
from typing import Any

from senformer.core.wording import counted
from senformer.report import html
from senformer.report.figures import FIGURES
from senformer.report.inputs import EvaluationFiles
from senformer.report.sections.counter import FigureCounter
from senformer.tracks.track import ALL_TRACKS


def drift_section(evaluations: Mapping[str, EvaluationFiles], counter: FigureCounter) -> html.Html:
    """Return the section on drift.

    Parameters
    ----------
    evaluations
        Evaluations against one and the same model, by name.
    counter
        Of the page.
    """
    models = {name: found.metrics["drift"] for name, found in evaluations.items()}
    first = next(iter(evaluations.values()))
    drawing = FIGURES["drift"](models, int(first.examples["bin_bp"]))
    return html.section(
        "drift",
        "Drift from the other model",
        html.paragraph(_sentence(first)),
        counter.place(drawing),
        _table(models),
    )


def _sentence(evaluation: EvaluationFiles) -> str:
    metrics = evaluation.metrics
    other = ((evaluation.record or {}).get("inputs") or {}).get("against", {}).get("path", "another model")
    return (
        f"Predictions beside those of {other} on {counted(metrics['n_windows'], 'window')} of the "
        f"{metrics['split']} split, {counted(metrics['n_bins'], 'bin')}. What was measured counts in the "
        "last column alone: the share that is kept of the other model's mean Pearson r with it."
    )


_HEAD = ("assay", "model", "mean r", "RMS difference", "at the edges", "in the middle", "largest", "kept")


def _table(models: Mapping[str, Mapping[str, Any]]) -> html.Html:
    groups = {name: {ALL_TRACKS: found, **found["by_assay"]} for name, found in models.items()}
    assays = list(next(iter(groups.values())))
    rows = [(assay, name, *_cells(groups[name][assay])) for assay in assays for name in groups]
    caption = (
        "Means over the tracks of each assay: Pearson r of both models' predictions; root of the mean "
        "squared difference in standard deviations of the other model's, over all bins, the outermost and "
        "the innermost; largest difference of a bin, in stored units; accuracy kept, – where nothing was "
        "measured."
    )
    return html.table(_HEAD, rows, caption)


def _cells(group: Mapping[str, Any]) -> tuple[str, ...]:
    kept = group["kept"]
    return (
        html.number(group["pearson_mean"], 4),
        html.number(group["relative_rms_mean"], 4),
        html.number(group["relative_rms_edge_mean"], 4),
        html.number(group["relative_rms_middle_mean"], 4),
        html.significant(group["max_difference"]),
        "–" if kept is None else f"{100 * kept:.2f} %",
    )
