"""All effects of a score table, against how unusual they are. Under ``effect_plane`` in ``FIGURES``.

Like a volcano plot, but counted in cells: the drawing is of one size however many effects there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm

from senformer.report.figures.style import (
    BLUE,
    VERMILLION,
    Drawing,
    drawing_style,
    new_figure,
    plain_number,
    to_svg,
    true_minus,
)

_PERCENTILES = (0, 50, 90, 99, 99.9, 99.99)
_BAND = 0.3
_UPWARDS = {
    "percentile": "percentile among random variants\n(upwards as −log10(1 − percentile / 100))",
    "reference": "1 + signal of REF, summed over bins\n(stored units)",
    "nothing": "number of scores",
}
_COUNTED = "Every score of every variant and track, counted in cells; "
_UNKNOWN = "Without a background it is not known how unusual an effect is."
_CAPTIONS = {
    "percentile": _COUNTED
    + "upwards how few random variants of its class have an effect as large on the same "
    "track; the uppermost row: none has.",
    "reference": _COUNTED
    + "upwards the predicted signal of REF, which follows from SAD and SAR where they are not 0; scores of 0 "
    "are left out. " + _UNKNOWN,
    "nothing": "Every score of every variant and track by its size and sign. " + _UNKNOWN,
}


@dataclass(frozen=True)
class Point:
    """A variant that is marked in the figure: its effect and height on its most changed track."""

    effect: float
    height: float


def effect_plane(
    cells: pd.DataFrame,
    kind: str,
    scorer: str,
    unit: str,
    points: Sequence[Point] = (),
    ends: Sequence[float] | None = None,
) -> Drawing:
    """Draw how many scores have an effect and a height.

    Parameters
    ----------
    cells
        effect_from, effect_to, height_from, height_to (infinite in the uppermost row), n.
    kind
        What effects are drawn against: ``percentile``, ``reference`` or ``nothing``.
    scorer, unit
        The score and its unit.
    points
        Variants to mark with their numbers, from 1.
    ends
        The smallest and the largest score, for the text; it does without where they are not known.
    """
    with drawing_style():
        figure = new_figure(4.6)
        figure.dpi = 150  # of the cells, which are an image inside the drawing
        axes = figure.add_subplot()
        width = linear_width(cells)
        axes.set_xscale("symlog", linthresh=width, linscale=0.5)
        if kind == "nothing":
            _draw_bars(axes, cells)
        else:
            _draw_cells(axes, cells, kind)
            _draw_points(axes, points, _top(cells))
        axes.set_xlabel(f"{scorer}: ALT against REF ({unit}; linear within ±{width:.1g})")
        axes.set_ylabel(_UPWARDS[kind])
        _set_effect_axis(axes, cells, width)
        axes.margins(x=0.03)
        svg = to_svg(figure)
    marked = " The numbers are those of the list of the largest effects." if points else ""
    return Drawing(svg, _describe(cells, scorer, ends), _CAPTIONS[kind] + marked)


def linear_width(cells: pd.DataFrame) -> float:
    """Return up to where the axis of effects is linear: a power of ten near the median size."""
    sizes = np.maximum(np.abs(cells["effect_from"]), np.abs(cells["effect_to"])).to_numpy(dtype=np.float64)
    if not len(sizes):
        return 1.0
    order = np.argsort(sizes)
    total = np.cumsum(cells["n"].to_numpy()[order])
    median = float(sizes[order][np.searchsorted(total, total[-1] / 2)])
    # At most six powers of ten up to the largest: more would crowd the axis.
    return float(10.0 ** max(np.floor(np.log10(median)), np.floor(np.log10(sizes.max())) - 5))


def _top(cells: pd.DataFrame) -> float:
    upper = cells["height_to"].to_numpy(dtype=np.float64)
    finite = upper[np.isfinite(upper)]
    return float(max(finite.max(initial=0.0), 1.0))


def _bottom(cells: pd.DataFrame) -> float:
    lower = cells["height_from"].to_numpy(dtype=np.float64)
    return float(np.floor(2 * lower.min(initial=np.inf)) / 2) if len(lower) else 0.0


def dense_cells(cells: pd.DataFrame, top: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the edges of columns and rows, and the counts as an array (row, column); empty ones are 0.

    The uppermost row, which has no end, is drawn above ``top``.
    """
    across = np.unique(cells[["effect_from", "effect_to"]].to_numpy())
    step = float((cells["height_to"] - cells["height_from"]).min()) if len(cells) else top
    step = step if np.isfinite(step) else top
    n_up = max(1, round(top / step))
    up = np.concatenate([np.arange(n_up + 1) * step, [n_up * step + _BAND / 2, n_up * step + _BAND]])
    counts = np.zeros((len(up) - 1, max(len(across) - 1, 1)))
    column = np.searchsorted(across, cells["effect_from"])
    is_beyond = ~np.isfinite(cells["height_to"].to_numpy(dtype=np.float64))
    row = np.where(is_beyond, len(up) - 2, np.rint(cells["height_from"] / step).astype(int))
    np.add.at(counts, (row, column), cells["n"])
    return across, up, counts


def _draw_cells(axes: Axes, cells: pd.DataFrame, kind: str) -> None:
    top = _top(cells)
    across, up, counts = dense_cells(cells, top)
    most = round(max(counts.max(initial=1), 2))
    norm = LogNorm(1, most)
    mesh = axes.pcolormesh(
        across, up, np.ma.masked_equal(counts, 0), cmap="viridis_r", norm=norm, rasterized=True, zorder=2
    )
    bar = axes.figure.colorbar(mesh, ax=axes, pad=0.015, fraction=0.04)
    bar.set_label("scores in the cell")
    powers = [10**power for power in range(len(str(most)))]
    bar.set_ticks([*powers, most] if most >= 2 * powers[-1] else powers)
    bar.ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    bar.ax.minorticks_off()
    is_beyond = bool(counts[-1].any())
    # Signals of REF may all be of one size: their axis begins near them, and spans a power of ten at least.
    low = 0.0 if kind == "percentile" else max(0.0, min(_bottom(cells), top - 1))
    axes.set_ylim(low, up[-1] if is_beyond else top)
    if kind == "percentile":
        shown = [p for p in _PERCENTILES if -np.log10(1 - p / 100) <= top]
        ticks, names = [-np.log10(1 - p / 100) for p in shown], [f"{p:g}" for p in shown]
    else:
        steps = (1, 2, 5) if top - low < 2 else (1,)
        values = [step * 10**power for power in range(int(top) + 1) for step in steps]
        ticks = [tick for tick in np.log10(values).tolist() if low <= tick <= top]
        names = [f"{10**tick:,.0f}" for tick in ticks]
    if is_beyond:
        ticks, names = [*ticks, top + 0.75 * _BAND], [*names, "above all"]
    axes.set_yticks(ticks, names)


def _draw_bars(axes: Axes, cells: pd.DataFrame) -> None:
    found = cells.groupby(["effect_from", "effect_to"], as_index=False)["n"].sum()
    color = np.where(found["effect_to"] <= 0, BLUE, VERMILLION)
    width = found["effect_to"] - found["effect_from"]
    axes.bar(found["effect_from"], found["n"], width, align="edge", color=color, lw=0, zorder=2)
    axes.yaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True))


def _draw_points(axes: Axes, points: Sequence[Point], top: float) -> None:
    """Mark each with its number: names would lie on one another where the largest effects are near."""
    for number, point in enumerate(points, 1):
        height = min(point.height, top + 0.75 * _BAND)
        axes.plot(point.effect, height, "o", mfc="none", mec="black", ms=8, mew=1.2, zorder=4, clip_on=False)
        axes.annotate(
            str(number),
            (point.effect, height),
            xytext=(0, -9 - 11 * ((number - 1) % 2)),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=8.5,
            fontweight="bold",
            zorder=5,
        )


def _set_effect_axis(axes: Axes, cells: pd.DataFrame, width: float) -> None:
    ends = cells[["effect_from", "effect_to"]].to_numpy()
    largest = float(np.abs(ends).max(initial=width))
    powers = [10.0**power for power in range(round(np.log10(width)), int(np.floor(np.log10(largest))) + 1)]
    every = 1 + len(powers) // 4
    ticks = powers[::-1][::every]
    axes.set_xticks([*(-tick for tick in ticks), 0, *ticks])
    axes.xaxis.set_major_formatter(plain_number)
    axes.xaxis.set_minor_locator(mpl.ticker.NullLocator())
    axes.axvline(0, color="#374151", lw=0.8, zorder=1)


def _describe(cells: pd.DataFrame, scorer: str, ends: Sequence[float] | None) -> str:
    total = int(cells["n"].sum())
    if not total:
        return f"No {scorer} could be drawn."
    n_above = int(cells.loc[cells["effect_from"] > 0, "n"].sum())
    n_below = int(cells.loc[cells["effect_to"] < 0, "n"].sum())
    span = f", from {ends[0]:.2g} to {ends[1]:.2g}" if ends else ""
    return true_minus(f"{total:,} scores ({scorer}): {n_above:,} above 0, {n_below:,} below{span}.")
