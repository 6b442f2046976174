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
    true_minus,
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
    is_smoothed = any(_window(losses[losses["organism"] == organism]) > 1 for organism in organisms)
    return Drawing(svg, _describe(losses, checks), _caption(is_smoothed, exported_step is not None))


def _caption(is_smoothed: bool, is_marked: bool) -> str:
    drawn = "loss of every update (pale) and its running mean (strong)" if is_smoothed else _EVERY
    mark = "; the dashed line marks the weights that were kept" if is_marked else ""
    return (
        f"Left: {drawn}, lower is better; right: Pearson's r between predictions and targets on "
        f"windows that training never saw, mean over tracks, higher is better{mark}."
    )


_EVERY = "loss of every update"


def _window(losses: pd.DataFrame) -> int:
    """Return over how many updates the running mean goes; 1 where they are too few for one."""
    return max(1, round(_SMOOTHED_PART * len(losses)))


def _colors(n: int) -> list[str]:
    return [SERIES[index % len(SERIES)] for index in range(n)]


def _draw_loss(axes: Axes, losses: pd.DataFrame, organism: str, color: str) -> None:
    window = _window(losses)
    running = losses["loss"].rolling(window, min_periods=1, center=True).mean()
    if window > 1:
        axes.plot(losses["step"], losses["loss"], color=color, alpha=0.25, lw=0.7)
    axes.plot(losses["step"], running, color=color, label=shorten(organism))


def _describe(losses: pd.DataFrame, checks: pd.DataFrame) -> str:
    parts = []
    if len(losses):
        first, last = (true_minus(f"{losses['loss'].iloc[place]:.3g}") for place in (0, -1))
        parts.append(
            f"Training loss falls from {first} to {last} over {int(losses['step'].max())} steps."
            if losses["loss"].iloc[-1] < losses["loss"].iloc[0]
            else f"Training loss goes from {first} to {last}."
        )
    if len(checks):
        best = true_minus(f"{checks['valid_pearson'].max():z.3f}")
        parts.append(f"Best mean validation Pearson r: {best}.")
    return " ".join(parts) or "No step was recorded."
