"""Expression at genes, predicted against measured. Under ``gene_expression`` in ``FIGURES``."""

import numpy as np
import pandas as pd

from senformer.report.figures.style import (
    BLUE,
    GRAY,
    VERMILLION,
    Drawing,
    drawing_style,
    new_figure,
    to_svg,
    true_minus,
)

MOST_DOTS = 3_000
_KINDS = (("pearson_r", "expression", BLUE, "-"), ("pearson_r_specific", "specificity", VERMILLION, "--"))


def gene_expression(values: dict[str, np.ndarray], tracks: pd.DataFrame, windows_name: str) -> Drawing:
    """Draw each gene's mean over experiments, and how well genes are told apart in each experiment.

    Parameters
    ----------
    values
        ``measured`` and ``predicted``: log(1 + x), (gene, experiment), NaN where there is none.
    tracks
        ``pearson_r`` and ``pearson_r_specific`` across genes; one row an experiment.
    windows_name
        What the windows are to the model, for the text.
    """
    known = ~(np.isnan(values["measured"]) | np.isnan(values["predicted"]))
    some = known.any(axis=1)
    n = np.maximum(known.sum(axis=1), 1)
    x, y = (
        np.where(known, values[side], 0).sum(axis=1)[some] / n[some] for side in ("measured", "predicted")
    )
    shown = np.unique(np.linspace(0, max(len(x) - 1, 0), min(len(x), MOST_DOTS)).round().astype(int))
    with drawing_style():
        figure = new_figure(3.8)
        left, right = figure.subplots(1, 2)
        left.scatter(x[shown], y[shown], s=9, fc=BLUE, ec="none", alpha=0.5)
        if len(x):
            ends = [min(x.min(), y.min()), max(x.max(), y.max())]
            left.plot(ends, ends, color=GRAY, lw=0.8)
        left.set_xlabel("measured, mean of log(1 + x)")
        left.set_ylabel("predicted, mean of log(1 + x)")
        left.set_title("A dot is a gene")
        for column, label, color, line in _KINDS:
            r = np.sort(tracks[column].dropna().to_numpy(dtype=float))
            right.step(
                r, np.arange(1, len(r) + 1) / max(len(r), 1), line, where="post", color=color, label=label
            )
        right.set_xlabel("Pearson r across genes")
        right.set_ylabel("share of experiments below")
        right.set_title("All experiments")
        right.legend(loc="upper left")
        svg = to_svg(figure)
    means = ", ".join(f"{label} {_shown(tracks[column].mean())}" for column, label, _, _ in _KINDS)
    more = "" if len(shown) == len(x) else f" ({len(shown):,} of {len(x):,} genes are drawn)"
    caption = (
        f"Expression at gene starts on {windows_name}. Left: each gene's mean over experiments{more}; "
        "on the gray line both sides are equal. Right: how many experiments have a correlation across genes "
        "below each value, of expression, and of what differs between experiments alone (specificity)."
    )
    return Drawing(svg, f"Mean Pearson r across genes: {means}.", caption)


def _shown(value: float) -> str:
    return "–" if np.isnan(value) else true_minus(f"{value:z.3f}")
