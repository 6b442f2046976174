"""Validation of several runs over training. Under ``compared_curves`` in ``FIGURES``."""

from collections.abc import Mapping
from typing import Any

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

_LINES = ("-", "--", ":", "-.")
# A running mean over this part of the updates: single batches would hide one another.
_SMOOTHED_PART = 0.05


def compared_curves(curves: Mapping[str, pd.DataFrame]) -> Drawing:
    """Draw the running mean of the training loss and the validation correlation of every run.

    Parameters
    ----------
    curves
        Lines of ``metrics.jsonl`` by run: ``step``, ``organism``, ``loss``, ``valid_pearson``. Of several
        organisms the mean is drawn.
    """
    with drawing_style():
        figure = new_figure(3.6)
        left, right = figure.subplots(1, 2)
        for place, (name, curve) in enumerate(curves.items()):
            look: dict[str, Any] = {
                "color": SERIES[place % len(SERIES)],
                "ls": _LINES[place // len(SERIES) % len(_LINES)],
            }
            _draw_loss(left, curve, name, look)
            checks = curve.dropna(subset=["valid_pearson"]).groupby("step")["valid_pearson"].mean()
            right.plot(checks.index, checks, marker="o", ms=3, label=shorten(name), **look)
        left.set(xlabel="training step", ylabel="training loss", title="Loss on training batches")
        right.set(xlabel="training step", ylabel="mean Pearson r", title="Correlation on validation windows")
        if all(curve["valid_pearson"].isna().all() for curve in curves.values()):
            right.text(0.5, 0.5, "no validation", transform=right.transAxes, ha="center", color=GRAY)
        for axes in (left, right):
            axes.set_xlim(left=0)
        figure.legend(
            *right.get_legend_handles_labels(), loc="outside upper center", ncols=min(4, len(curves))
        )
        svg = to_svg(figure)
    caption = (
        "Left: running mean of the loss of every update, comparable only where runs have the same loss; "
        "right: Pearson's r on windows that training never saw, mean over tracks and organisms."
    )
    return Drawing(svg, _describe(curves), caption)


def _draw_loss(axes: Axes, curve: pd.DataFrame, name: str, look: dict[str, Any]) -> None:
    losses = curve.dropna(subset=["loss"])
    window = max(1, round(_SMOOTHED_PART * len(losses)))
    axes.plot(
        losses["step"], losses["loss"].rolling(window, min_periods=1).mean(), label=shorten(name), **look
    )


def _describe(curves: Mapping[str, pd.DataFrame]) -> str:
    parts = []
    for name, curve in curves.items():
        checks = curve.dropna(subset=["valid_pearson"]).groupby("step")["valid_pearson"].mean()
        best = true_minus(f"{checks.max():z.3f}") if len(checks) else "no validation"
        parts.append(f"{name} {best}")
    return "Best mean validation Pearson r: " + ", ".join(parts) + "."
