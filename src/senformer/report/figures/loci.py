"""Measured and predicted signal along windows. Under ``loci`` in ``FIGURES``."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from senformer.core.wording import counted
from senformer.report.figures.style import (
    SKY,
    VERMILLION,
    Drawing,
    drawing_style,
    new_figure,
    set_genome_axis,
    shorten,
    step_outline,
    to_svg,
    true_minus,
)


def loci(
    examples: dict[str, Any], windows: Sequence[int], tracks: Sequence[int], windows_name: str
) -> Drawing:
    """Draw measured (filled) and predicted (line) signal: a column a window, a row a track.

    Parameters
    ----------
    examples
        Arrays of ``examples.npz``: ``chrom``, ``start``, ``end``, ``measured`` and ``predicted`` (window,
        bin, track), ``names``, ``bin_bp``.
    windows, tracks
        Which to show, by index.
    windows_name
        What the windows are to the model, for the text: whether they are held out.
    """
    with drawing_style():
        figure = new_figure(0.9 + 1.25 * len(tracks), 10.5)
        # One y axis a track: heights compare between windows, and between measured and predicted.
        grid = figure.subplots(len(tracks), len(windows), squeeze=False, sharey="row", sharex="col")
        for row, track in enumerate(tracks):
            for column, window in enumerate(windows):
                _draw_cell(grid[row][column], examples, window, track)
            _name_row(grid[row][0], shorten(str(examples["names"][track]), 34))
            grid[row][0].set_ylim(signal_limits(examples, windows, track))
        for column, window in enumerate(windows):
            chrom = str(examples["chrom"][window])
            start, end = int(examples["start"][window]), int(examples["end"][window])
            set_genome_axis(grid[-1][column], chrom, start, end)
            grid[0][column].set_title(f"{shorten(chrom, 14)}:{start + 1:,}-{end:,}", fontsize=9.5)
        handles, labels = grid[0][0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper right", ncols=2)
        figure.supylabel("signal per bin (stored units)", fontsize=10)
        svg = to_svg(figure)
    return Drawing(svg, _describe(examples, windows, tracks), _CAPTION.format(windows_name=windows_name))


_CAPTION = (
    "Stretches of {windows_name}, evenly spread, not chosen for their looks: the filled outline is the "
    "measurement, the line the prediction; the panels of a row share their axis, so that heights compare; "
    "gaps are masked bins."
)


def _draw_cell(axes: Axes, examples: dict[str, Any], window: int, track: int) -> None:
    start, bin_bp = int(examples["start"][window]), int(examples["bin_bp"])
    x, measured = step_outline(examples["measured"][window, :, track], start, bin_bp)
    _, predicted = step_outline(examples["predicted"][window, :, track], start, bin_bp)
    axes.fill_between(x, 0, measured, color=SKY, alpha=0.75, lw=0, label="measured")
    axes.plot(x, predicted, color=VERMILLION, lw=1.1, label="predicted")


def signal_limits(examples: dict[str, Any], windows: Sequence[int], track: int) -> tuple[float, float]:
    """Return the limits of a row: all that is measured or predicted in it, and room for the track's name."""
    shown = [examples[kind][list(windows), :, track] for kind in ("measured", "predicted")]
    values = np.concatenate([part[np.isfinite(part)] for part in shown])
    low, high = float(values.min(initial=0.0)), max(float(values.max(initial=0.0)), 1e-6)
    room = 0.2 * (high - low)
    return low - 0.25 * room, high + room


def _name_row(axes: Axes, name: str) -> None:
    """Write the track's name into the corner: beside the axis it would have to stand on its side."""
    box = {"fc": "white", "ec": "none", "alpha": 0.8, "pad": 1.5}
    axes.text(
        0.015,
        0.97,
        name,
        transform=axes.transAxes,
        va="top",
        fontsize=9,
        fontweight="bold",
        bbox=box,
        zorder=5,
    )


def _describe(examples: dict[str, Any], windows: Sequence[int], tracks: Sequence[int]) -> str:
    parts = []
    for track in tracks:
        measured = examples["measured"][windows, :, track].ravel()
        predicted = examples["predicted"][windows, :, track].ravel()
        known = np.isfinite(measured)
        if known.sum() > 1 and measured[known].std() > 0 and predicted[known].std() > 0:
            r = np.corrcoef(measured[known], predicted[known])[0, 1]
            parts.append(f"{examples['names'][track]} {true_minus(f'{r:z.2f}')}")
    shown = f"{counted(len(tracks), 'track')} in {counted(len(windows), 'window')}"
    what = f"Measured and predicted signal of {shown}."
    return what + (" Pearson r over these windows: " + ", ".join(parts) + "." if parts else "")
