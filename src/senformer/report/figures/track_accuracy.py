"""Accuracy of every track, by assay. Under ``track_accuracy`` in ``FIGURES``."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from senformer.report.figures.style import (
    BLUE,
    GRAY,
    VERMILLION,
    Drawing,
    drawing_style,
    new_figure,
    shorten,
    to_svg,
    true_minus,
)
from senformer.tracks.track import NO_ASSAY

MOST_NAMED_TRACKS = 30
_MEASURES = (
    ("pearson_r", "signal as stored", BLUE, "o", 0.16),
    ("pearson_r_log1p", "log(1 + signal)", VERMILLION, "D", -0.16),
)


def track_accuracy(table: pd.DataFrame, windows_name: str) -> Drawing:
    """Draw Pearson's r of every track: a row a track where they are few, else a row an assay.

    Parameters
    ----------
    table
        ``name``, ``assay``, ``pearson_r``, ``pearson_r_log1p``; one row a track, NaN where undefined.
    windows_name
        What the windows are to the model, for the text: whether they are held out.
    """
    table = table.sort_values(["assay", "pearson_r", "name"], ascending=[True, False, True])
    is_named = len(table) <= MOST_NAMED_TRACKS
    labels = table["assay"] + " · " + table["name"] if is_named else table["assay"]
    rows = list(dict.fromkeys(labels))
    with drawing_style():
        figure = new_figure(1.3 + 0.3 * len(rows))
        axes = figure.subplots()
        places = labels.map({label: -row for row, label in enumerate(rows)}).to_numpy(dtype=float)
        for column, label, color, marker, offset in _MEASURES:
            _draw_measure(axes, table[column].to_numpy(), places + offset, label, color, marker, is_named)
        axes.set_yticks([-row for row in range(len(rows))], [shorten(label, 44) for label in rows])
        axes.set_ylim(-len(rows) + 0.4, 0.6)
        lowest = np.nanmin([0.0, *table["pearson_r"], *table["pearson_r_log1p"]])
        axes.set_xlim(min(0.0, lowest) - 0.02, 1.02)
        axes.axvline(0, color=GRAY, lw=0.8)
        axes.set_xlabel(f"Pearson r between predicted and measured signal on {windows_name}")
        figure.legend(loc="outside upper center", ncols=2)
        svg = to_svg(figure)
    return Drawing(svg, _describe(table), _caption(is_named, windows_name))


def _draw_measure(
    axes: Axes, values: np.ndarray, places: np.ndarray, label: str, color: str, marker: str, is_named: bool
) -> None:
    spread = 0.0 if is_named else 0.1
    # Evenly spread instead of random: the same table gives the same picture.
    shift = spread * (2 * np.modf(np.arange(len(values)) * 0.618)[0] - 1)
    face = color if marker == "o" else "white"
    size, alpha = (34, 1.0) if is_named else (9, 0.5)
    axes.scatter(
        values, places + shift, s=size, marker=marker, fc=face, ec=color, alpha=alpha, label=label, zorder=3
    )
    if not is_named:
        for place in np.unique(places):
            middle = (
                np.nanmedian(values[places == place])
                if np.isfinite(values[places == place]).any()
                else np.nan
            )
            axes.plot([middle, middle], [place - 0.14, place + 0.14], color="black", lw=1.6, zorder=4)


def _caption(is_named: bool, windows_name: str) -> str:
    what = "a row is a track" if is_named else "a dot is a track, the black bar the median of its assay"
    return (
        f"How well each track is predicted on {windows_name}: {what}, further right is better, 1 "
        "is perfect; filled circles compare the signal as stored, open diamonds its logarithm, which gives "
        "weak bins more weight."
    )


def _describe(table: pd.DataFrame) -> str:
    means = table.groupby("assay")["pearson_r"].mean()
    parts = [f"{assay or NO_ASSAY} {_shown(value)}" for assay, value in means.items()]
    return "Mean Pearson r by assay: " + ", ".join(parts) + "."


def _shown(value: float) -> str:
    return "–" if np.isnan(value) else true_minus(f"{value:z.3f}")
