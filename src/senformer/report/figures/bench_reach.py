"""What one base changes, and which blocks meet. Under ``bench_reach`` in ``FIGURES``."""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from senformer.report.figures.style import (
    BLUE,
    GRAY,
    Drawing,
    drawing_style,
    new_figure,
    plain_number,
    to_svg,
)

Row = dict[str, Any]
_WIDTHS = (1.7, 1.25, 1.25)


def bench_reach(rows: Sequence[Row]) -> Drawing:
    """Draw for each kind the effect of a base on every bin, the paths between blocks, and who is seen.

    Parameters
    ----------
    rows
        Measured rows of ``bench receptive-field``.
    """
    with drawing_style():
        mpl.rcParams["axes.grid"] = False
        figure = new_figure(1.2 + 2.4 * len(rows), 11.0)
        grid = figure.subplots(len(rows), 3, squeeze=False, width_ratios=_WIDTHS)
        norm = _common_scale(rows)
        deepest = max(row["n_layers"] for row in rows)
        for axes, row in zip(grid, rows, strict=True):
            image = _draw_effect(axes[0], row, norm)
            steps = _draw_paths(axes[1], row, deepest)
            _draw_seen(axes[2], row)
        _add_scale(figure, image, grid[:, 0], "mean |change|, log scale")
        _add_scale(figure, steps, grid[:, 1], "layers (white: never)")
        svg = to_svg(figure)
    return Drawing(svg, " ".join(map(_describe, rows)), _CAPTION)


_CAPTION = (
    "Left: mean absolute change of each bin when one base at a site is changed; one scale for all kinds. "
    "Middle: after how many layers a block depends on another through window and random blocks alone, the "
    "global blocks taken away. Right: the share of far blocks, over layers and heads, that see a block "
    "directly."
)


def _add_scale(figure: Figure, image: Any, column: Any, label: str) -> None:
    """Put a color scale under a column."""
    bar = figure.colorbar(image, ax=list(column), location="bottom", shrink=0.8, aspect=30, pad=0.01)
    bar.set_label(label)
    if isinstance(image.norm, LogNorm):
        bar.ax.xaxis.set_major_formatter(plain_number)


def _common_scale(rows: Sequence[Row]) -> LogNorm:
    values = np.concatenate([np.ravel(row["effect"]) for row in rows])
    values = values[values > 0]
    if not len(values):
        return LogNorm(1e-12, 1.0)
    low, high = np.quantile(values, [0.005, 0.999])
    return LogNorm(low, max(high, 1.01 * low))


def _draw_effect(axes: Axes, row: Row, norm: LogNorm) -> Any:
    effect = np.asarray(row["effect"])
    start, end = row["crop_bins"] * row["bin_bp"] / 1000, row["length_bp"] / 1000
    end -= start
    image = axes.imshow(
        np.maximum(effect, norm.vmin or 0.0), norm=norm, cmap="viridis", aspect="auto",
        extent=(start, end, len(effect) - 0.5, -0.5), interpolation="nearest",
    )  # fmt: skip
    axes.set_yticks(range(len(effect)), [f"{site / 1000:,.0f}" for site in row["sites_bp"]])
    axes.set(xlabel="predicted bin (kb)", ylabel="changed base (kb)", title=_title(row))
    return image


def _title(row: Row) -> str:
    whole = row["layers_to_whole_window"]
    after = "never the whole window" if whole is None else f"whole window in {_layers(whole)}"
    return f"{row['kind']}: {after}"


def _layers(n: int) -> str:
    return f"{n} layer" if n == 1 else f"{n} layers"


def _draw_paths(axes: Axes, row: Row, deepest: int) -> Any:
    layers = np.array(row["path_layers_without_global"], dtype=float)
    layers[layers < 0] = np.nan
    end = row["length_bp"] / 1000
    image = axes.imshow(
        layers, cmap="cividis_r", vmin=1, vmax=max(2, deepest), interpolation="nearest", aspect="auto",
        extent=(0, end, end, 0),
    )  # fmt: skip
    bare = row["layers_without_global"]
    found = f"not in {_layers(row['n_layers'])}" if bare is None else f"{_layers(bare)}"
    axes.set(xlabel="seen block (kb)", ylabel="seeing block (kb)", title=f"without global blocks: {found}")
    return image


def _draw_seen(axes: Axes, row: Row) -> None:
    shares = 100 * np.asarray(row["seen_from_afar"])
    width = row["block_bp"] / 1000
    axes.bar(width * (np.arange(len(shares)) + 0.5), shares, width=0.9 * width, color=BLUE)
    axes.axhline(shares.mean(), color=GRAY, lw=0.8, ls=":")
    axes.set(
        xlabel="block (kb)",
        ylabel="far blocks that see it (%)",
        ylim=(0, 105),
        title="seen directly from afar",
    )


def _describe(row: Row) -> str:
    shares = np.asarray(row["seen_from_afar"])
    unseen = int((shares == 0).sum())
    bare = row["layers_without_global"]
    joined = f"not within {row['n_layers']} layers" if bare is None else f"after {_layers(bare)}"
    return (
        f"{_title(row)}; without the global blocks {joined}; {unseen} of {len(shares)} blocks are never seen "
        "from afar."
    )
