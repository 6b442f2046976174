"""Accuracy of every track under one model against another. Under ``compared_tracks`` in ``FIGURES``."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from senformer.report.figures.style import (
    GRAY,
    SERIES,
    Drawing,
    drawing_style,
    new_figure,
    shorten,
    to_svg,
    true_minus,
)
from senformer.tracks.track import NO_ASSAY

_COLUMNS = 3
_PANEL_IN = 3.3
# One more than there are colors: the pairs of both repeat late.
_MARKERS = "oDs^vPX"
_LEGEND_COLUMNS = 4


def compared_tracks(first: str, tables: Mapping[str, pd.DataFrame], metric: str = "pearson_r") -> Drawing:
    """Draw one panel a model: each track's value against that of the first model.

    Parameters
    ----------
    first
        Name of the model that the others are compared with.
    tables
        Tables of ``evaluate`` by the models' names, that of ``first`` among them; the same tracks in the
        same order.
    metric
        Column to draw.
    """
    base, others = tables[first], [name for name in tables if name != first]
    n_rows = -(-len(others) // _COLUMNS)
    with drawing_style():
        figure = new_figure(0.5 + _PANEL_IN * n_rows, _PANEL_IN * min(_COLUMNS, max(len(others), 2)))
        panels = figure.subplots(n_rows, min(_COLUMNS, len(others)), squeeze=False).ravel()
        low, high = _limits([table[metric] for table in tables.values()])
        for axes, name in zip(panels, others, strict=False):
            _draw_panel(axes, base, tables[name], metric)
            axes.plot([low, high], [low, high], color=GRAY, lw=0.9, zorder=1)
            axes.set(xlim=(low, high), ylim=(low, high), aspect="equal")
            axes.set(xlabel=shorten(first), ylabel=shorten(name))
        for axes in panels[len(others) :]:
            axes.set_axis_off()
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(
            handles, labels, loc="outside upper center", ncols=min(_LEGEND_COLUMNS, max(len(labels), 1))
        )
        svg = to_svg(figure)
    caption = (
        f"{metric} of every track on the same windows: a dot is a track, above the line the model named "
        "at the left is better, below it the one named underneath."
    )
    return Drawing(svg, _describe(first, base, {name: tables[name] for name in others}, metric), caption)


def _draw_panel(axes: Axes, base: pd.DataFrame, other: pd.DataFrame, metric: str) -> None:
    is_many = len(base) > 200
    # Colors by the first model's assays, so that they are the same in all panels.
    for place, (assay, rows) in enumerate(base[base[metric].notna()].groupby("assay", sort=True)):
        axes.scatter(
            rows[metric],
            other.loc[rows.index, metric],
            s=8 if is_many else 26,
            marker=_MARKERS[place % len(_MARKERS)],
            color=SERIES[place % len(SERIES)],
            alpha=0.5 if is_many else 0.85,
            lw=0,
            label=shorten(str(assay) or NO_ASSAY, 16),
            zorder=2,
        )


def _limits(columns: list[pd.Series]) -> tuple[float, float]:
    """Return common limits of both axes, with room around the dots."""
    values = np.concatenate([column.to_numpy(float) for column in columns])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    room = max(0.02, 0.06 * (high - low))
    return low - room, high + room


def _describe(first: str, base: pd.DataFrame, others: Mapping[str, pd.DataFrame], metric: str) -> str:
    parts = []
    for name, table in others.items():
        gap = (table[metric] - base[metric]).dropna()
        mean = true_minus(f"{gap.mean():+.3f}") if len(gap) else "–"
        parts.append(
            f"{name} is higher on {int((gap > 0).sum())} of {len(gap)} tracks, by {mean} in the mean"
        )
    return f"Beside {first}: " + "; ".join(parts) + "."
