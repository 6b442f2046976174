"""How far models are from another, by distance from the edge and by assay. Under ``drift`` in ``FIGURES``."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from senformer.report.figures.style import (
    SERIES,
    Drawing,
    drawing_style,
    new_figure,
    plain_number,
    shorten,
    to_svg,
)
from senformer.tracks.track import ALL_TRACKS

_LINES = ("-", "--", "-.", ":")
_MARKERS = "oDs^vP"
_KEY = "relative_rms_mean"
_LABEL = "RMS difference (standard deviations)"


def drift(models: Mapping[str, Mapping[str, Any]], bin_bp: int) -> Drawing:
    """Draw the mean RMS difference of every model, left by distance from the edge, right by assay.

    Parameters
    ----------
    models
        ``drift`` of ``metrics.json`` by the models' names, of the same windows and tracks.
    bin_bp
        Bases of a bin.
    """
    groups = {name: {ALL_TRACKS: found, **found["by_assay"]} for name, found in models.items()}
    rows = list(next(iter(groups.values())))
    with drawing_style():
        figure = new_figure(max(3.4, 1.6 + 0.3 * len(rows)))
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        for place, (name, found) in enumerate(models.items()):
            style = {"color": SERIES[place % len(SERIES)], "label": shorten(name)}
            _draw_distances(left, found["by_distance"], bin_bp, _LINES[place % len(_LINES)], style)
            values = [_value(groups[name].get(row, {}).get(_KEY)) for row in rows]
            offset = 0.24 * (place - (len(models) - 1) / 2) / max(len(models) - 1, 1)
            marker = _MARKERS[place % len(_MARKERS)]
            right.plot(values, -np.arange(len(rows)) - offset, ls="", marker=marker, ms=6, **style)
        left.set(xlabel="distance from the nearer edge of the predicted stretch (kb)", ylabel=_LABEL)
        left.set_ylim(bottom=0)
        left.margins(x=0)
        right.set_yticks(-np.arange(len(rows)), [shorten(row, 24) for row in rows])
        right.set(xlabel=_LABEL, ylim=(-len(rows) + 0.4, 0.6))
        right.set_xlim(left=0)
        for axis in (left.xaxis, left.yaxis, right.xaxis):
            axis.set_major_formatter(plain_number)
        handles, labels = left.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=4)
        svg = to_svg(figure)
    return Drawing(svg, _describe(models), _CAPTION)


_CAPTION = (
    "How far predictions are from the other model's: the root of the mean squared difference, in standard "
    "deviations of the other model's predictions, mean over tracks; 0 is no difference. Left by distance "
    "from the nearer edge of a window's predicted stretch, right over all bins, by assay."
)


def _draw_distances(
    axes: Axes, bands: list[dict[str, Any]], bin_bp: int, line: str, style: dict[str, Any]
) -> None:
    edges = [bands[0]["from_bin"], *(band["to_bin"] for band in bands)]
    values = [_value(band[_KEY]) for band in bands]
    axes.stairs(values, np.array(edges) * bin_bp / 1000, ls=line, lw=1.8, baseline=None, **style)


def _value(value: float | None) -> float:
    return np.nan if value is None else value


def _describe(models: Mapping[str, Mapping[str, Any]]) -> str:
    parts = [
        f"{name} differs by {_shown(found[_KEY])}, at the edges {_shown(found['relative_rms_edge_mean'])}, "
        f"in the middle {_shown(found['relative_rms_middle_mean'])}"
        for name, found in models.items()
    ]
    return "RMS difference in standard deviations: " + "; ".join(parts) + "."


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
