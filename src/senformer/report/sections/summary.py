"""The tiles at the top: what came out, in a handful of numbers."""

from typing import Any

from senformer.core.duration import format_duration
from senformer.report import html
from senformer.report.inputs import EvaluationFiles, RunFiles, ScoreFiles
from senformer.tracks.track import NO_ASSAY

_MOST_ASSAYS = 7


def summary(
    run: RunFiles, evaluation: EvaluationFiles | None, scores: ScoreFiles | None, extra: dict[str, Any]
) -> html.Html:
    """Return the summary tiles."""
    items = _accuracy_tiles(evaluation, extra) + _variant_tiles(scores, extra) + _run_tiles(run)
    return html.tiles(items)


def _accuracy_tiles(evaluation: EvaluationFiles | None, extra: dict[str, Any]) -> list[tuple[str, str, str]]:
    if evaluation is None:
        return []
    metrics = evaluation.metrics
    ceiling = extra.get("test", {}).get("ceiling_mean")
    note = f"noise ceiling of these data: {html.number(ceiling)}" if ceiling is not None else "1 is perfect"
    where = f"{evaluation.windows_name} ({metrics['split']} split)"
    return [
        (html.number(metrics["pearson_mean"]), "mean Pearson r", f"{where}; {note}"),
        (html.number(metrics["pearson_log1p_mean"]), "mean Pearson r of log(1\u00a0+\u00a0x)", where),
        _tracks_tile(metrics),
    ]


def _tracks_tile(metrics: dict[str, Any]) -> tuple[str, str, str]:
    assays = [assay or NO_ASSAY for assay in metrics["by_assay"]]
    more = f" and {len(assays) - _MOST_ASSAYS} more assays" if len(assays) > _MOST_ASSAYS + 1 else ""
    shown = assays[:_MOST_ASSAYS] if more else assays
    label = "track" if metrics["n_tracks"] == 1 else "tracks"
    return f"{metrics['n_tracks']:,}", label, ", ".join(shown) + more


def _variant_tiles(scores: ScoreFiles | None, extra: dict[str, Any]) -> list[tuple[str, str, str]]:
    items = []
    planted = extra.get("variants", {})
    if "auroc_planted" in planted:
        note = f"{planted['n_break']} motif-breaking against {planted['n_control']} control variants"
        items.append((html.number(planted["auroc_planted"]), "AUROC of planted effects", note))
    if scores is not None:
        counts = scores.record["counts"]
        items.append((f"{counts['n_scored']:,}", "variants scored", f"of {counts['n_records']:,} records"))
    return items


def _run_tiles(run: RunFiles) -> list[tuple[str, str, str]]:
    items = []
    if run.card is not None:
        window = f"reads {run.card['window_bp']:,} bp, predicts bins of {run.card['bin_bp']} bp"
        items.append((_short(run.card["parameters"]), "parameters", window))
    if run.done is not None:
        items.append(
            (f"{run.done['steps']:,}", "training steps", f"in {format_duration(run.done['seconds'])}")
        )
    return items


def _short(count: int) -> str:
    for size, letter in ((1_000_000_000, " G"), (1_000_000, " M"), (1_000, " k")):
        if count >= size:
            return f"{count / size:.3g}{letter}"
    return str(count)
