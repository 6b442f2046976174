"""What the bases of a variant's alleles contribute, as letters. Under ``allele_logos`` in ``FIGURES``."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from senformer.report.figures.style import (
    BLUE,
    GRAY,
    GREEN,
    ORANGE,
    VERMILLION,
    Drawing,
    drawing_style,
    new_figure,
    shorten,
    to_svg,
    true_minus,
)

GAP = "-"
_COLORS = {"A": GREEN, "C": BLUE, "G": ORANGE, "T": VERMILLION, "N": GRAY}
# How contributions are found -> the words beside them, and how the caption begins and ends.
_METHODS = {
    "gradient": (
        "gradient × input",
        "Gradient times input: how the prediction answers to the base that stands at each place (its "
        "gradient less the mean of all four bases').",
        "has the gradient of its own sequence",
    ),
    "ism": (
        "mean drop",
        "In-silico mutagenesis: by how much the prediction falls when the base that stands at each place "
        "gives way to another (mean of the three).",
        "is mutated in its own sequence",
    ),
}


def allele_logos(sequence: dict[str, Any]) -> Drawing:
    """Draw the bases around a variant, REF above ALT, as high as they contribute.

    Parameters
    ----------
    sequence
        ``method``, ``gradient`` or ``ism``; ``what`` is predicted; ``positions`` of the columns, 1-based on
        ``chrom`` (None where the genome has no such base); ``first`` and ``last`` column that change; ``ref``
        and ``alt`` with ``bases`` (a ``-`` where the allele has none) and ``values``.
    """
    alleles = {"REF": sequence["ref"], "ALT": sequence["alt"]}
    label, how, each = _METHODS[sequence["method"]]
    with drawing_style():
        figure = new_figure(3.7, 10.5)
        rows = figure.subplots(2, 1, sharex=True, sharey=True)
        for axes, (name, allele) in zip(rows, alleles.items(), strict=True):
            axes.axvspan(sequence["first"] - 0.5, sequence["last"] + 0.5, color="#F3F4F6", zorder=0)
            axes.axhline(0, color=GRAY, lw=0.8)
            for column, (base, value) in enumerate(zip(allele["bases"], allele["values"], strict=True)):
                draw_letter(axes, base, column, value)
            axes.set_ylabel(name, fontweight="bold")
            axes.grid(visible=False)
        low, high = value_limits([*alleles["REF"]["values"], *alleles["ALT"]["values"]])
        rows[0].set_ylim(low, high)
        rows[0].set_xlim(-0.7, len(sequence["positions"]) - 0.3)
        rows[0].set_title("Contribution to " + shorten(sequence["what"], 100), fontsize=9.5, loc="left")
        places = ticks(sequence["positions"])
        rows[1].set_xticks(places, [f"{sequence['positions'][place]:,}" for place in places])
        rows[1].set_xlabel(f"position on {shorten(sequence['chrom'], 16)} (bp)")
        figure.supylabel(label, fontsize=10)
        svg = to_svg(figure)
    caption = f"{how} Letters above the line raise it, those below lower it. "
    return Drawing(svg, _describe(sequence), f"{caption}Each allele {each}; the variant is shaded.")


def draw_letter(axes: Axes, base: str, column: int, value: float | None) -> None:
    """Draw one letter from the line at 0 up or down to ``value``; upside down where below."""
    if base not in _COLORS or not value:
        return
    path = TextPath((0, 0), base, size=1, prop=FontProperties(family="DejaVu Sans", weight="bold"))
    box = path.get_extents()
    place = (
        Affine2D()
        .translate(-box.x0 - box.width / 2, -box.y0)
        .scale(0.9 / max(box.width, 0.5), value / box.height)
        .translate(column, 0)
    )
    axes.add_patch(PathPatch(path.transformed(place), fc=_COLORS[base], ec="none", zorder=3))


def value_limits(values: Sequence[float | None]) -> tuple[float, float]:
    """Return the limits of both rows: all values, 0, and a little room."""
    known = np.array([value for value in values if value is not None], dtype=np.float64)
    low, high = float(known.min(initial=0.0)), float(known.max(initial=0.0))
    room = 0.08 * (high - low) or 1.0
    return low - room, high + room


def ticks(positions: Sequence[int | None]) -> list[int]:
    """Return the columns whose positions are written: multiples of 10, or the ends where there are none."""
    found = [column for column, position in enumerate(positions) if position and position % 10 == 0]
    known = [column for column, position in enumerate(positions) if position]
    return found or [known[0], known[-1]] if known else []


def _describe(sequence: dict[str, Any]) -> str:
    parts = []
    for name in ("ref", "alt"):
        allele = sequence[name]
        shown = [
            (abs(value), base, column, value)
            for column, (base, value) in enumerate(zip(allele["bases"], allele["values"], strict=True))
            if value
        ]
        if shown:
            _, base, column, value = max(shown, key=lambda item: item[0])
            at = sequence["positions"][column]
            where = f"at {at:,}" if at else "in what is inserted"
            parts.append(f"in {name.upper()} {base} {where} contributes most ({value:+.3g})")
    return true_minus("Contribution of the bases around the variant: " + "; ".join(parts) + ".")
