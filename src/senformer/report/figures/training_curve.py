"""Loss and validation correlation over training. Under ``training_curve`` in ``FIGURES``."""

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
)

_SMOOTHED_PART = 0.02


def training_curve(curve: pd.DataFrame, exported_step: int | None) -> Drawing:
    """Draw the training loss (each update and its running mean) and the validation correlation.

    Parameters
    ----------
    curve
        Lines of ``metrics.jsonl``: ``step``, ``organism``, and ``loss`` or ``valid_pearson``.
    exported_step
        Step whose weights became the model; marked where it is known.
    """
    losses = curve[curve["loss"].notna()]
    checks = curve[curve["valid_pearson"].notna()]
    organisms = sorted(curve["organism"].unique())
    with drawing_style():
        figure = new_figure(3.4)
        left, right = figure.subplots(1, 2)
        for organism, color in zip(organisms, _colors(len(organisms)), strict=True):
            _draw_loss(left, losses[losses["organism"] == organism], organism, color)
            mine = checks[checks["organism"] == organism]
            right.plot(mine["step"], mine["valid_pearson"], "o-", color=color, ms=4, label=shorten(organism))
        left.set(xlabel="training step", ylabel="training loss", title="Loss on training batches")
        right.set(xlabel="training step", ylabel="mean Pearson r", title="Correlation on validation windows")
        if checks.empty:
            right.text(0.5, 0.5, "no validation", transform=right.transAxes, ha="center", color=GRAY)
        if exported_step is not None:
            right.axvline(exported_step, color=GRAY, ls="--", lw=1, label="weights kept")
        for axes in (left, right):
            axes.set_xlim(left=0)
            if axes.get_legend_handles_labels()[1]:
                axes.legend(loc="best")
        svg = to_svg(figure)
    return Drawing(svg, _describe(losses, checks), _CAPTION)


_CAPTION = (
    "Left: loss of every update (pale) and its running mean (strong), lower is better; right: Pearson's r "
    "between predicted and measured signal on windows that training never saw, mean over tracks, higher is "
    "better; the dashed line marks the weights that were kept."
)


def _colors(n: int) -> list[str]:
    return [SERIES[index % len(SERIES)] for index in range(n)]


def _draw_loss(axes: Axes, losses: pd.DataFrame, organism: str, color: str) -> None:
    window = max(1, round(_SMOOTHED_PART * len(losses)))
    running = losses["loss"].rolling(window, min_periods=1, center=True).mean()
    axes.plot(losses["step"], losses["loss"], color=color, alpha=0.25, lw=0.7)
    axes.plot(losses["step"], running, color=color, label=shorten(organism))


def _describe(losses: pd.DataFrame, checks: pd.DataFrame) -> str:
    parts = []
    if len(losses):
        parts.append(
            f"Training loss falls from {losses['loss'].iloc[0]:.3g} to {losses['loss'].iloc[-1]:.3g} over "
            f"{int(losses['step'].max())} steps."
            if losses["loss"].iloc[-1] < losses["loss"].iloc[0]
            else f"Training loss goes from {losses['loss'].iloc[0]:.3g} to {losses['loss'].iloc[-1]:.3g}."
        )
    if len(checks):
        parts.append(f"Best mean validation Pearson r: {checks['valid_pearson'].max():.3f}.")
    return " ".join(parts) or "No step was recorded."
