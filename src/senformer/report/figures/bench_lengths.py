"""Time and memory against length. Under ``bench_lengths`` in ``FIGURES``."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator

from senformer.report.figures.style import (
    BLUE,
    GRAY,
    GREEN,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    Drawing,
    drawing_style,
    new_figure,
    plain_number,
    to_svg,
)

Row = dict[str, Any]
_COLORS = {
    "bigbird": BLUE,
    "dense": VERMILLION,
    "linear": GREEN,
    "bigbird_2022": PURPLE,
    "dense_plain": GRAY,
    "enformer_pytorch": GRAY,
    "window_loop": GRAY,
}
_SPARE = (ORANGE, SKY)
_LINES = {"fp32": "-", "bf16": "--", "fp16": ":"}
# Backends that need no mention: the only one, or the CPU's.
_USUAL = ("torch", "tiles")
_MARKERS = "osD^vP"
_PANELS = (
    ("seconds", "time", "seconds a call", 1.0),
    ("peak_bytes", "peak memory", "GB, the whole process", 1e9),
    ("growth_bytes", "added memory", "GB above the start of the call", 1e9),
)
_TITLES = {
    "attention": "attention core, forward and backward",
    "forward": "prediction, whole model",
    "step": "training step, whole model",
    "score": "one allele or variant, whole model",
    "build": "a dataset of 30 tracks",
    "load": "64 windows of 30 tracks",
}


def bench_lengths(rows: Sequence[Row], what: str) -> Drawing:
    """Draw time, peak and added memory against the length, both axes logarithmic.

    Parameters
    ----------
    rows
        Measured rows of a benchmark; one curve for each kind, backend and precision.
    what
        Which benchmark.
    """
    curves = _curves(rows)
    with drawing_style():
        figure = new_figure(4.4)
        for axes, (key, title, label, unit) in zip(figure.subplots(1, 3), _PANELS, strict=True):
            _draw_panel(axes, curves, key, unit)
            axes.set(xlabel="window (kb)", ylabel=label, title=title)
        handles, labels = figure.axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=min(4, len(labels)))
        figure.suptitle(_TITLES.get(what, what), fontsize=11)
        svg = to_svg(figure)
    return Drawing(svg, _describe(curves), _CAPTION)


_CAPTION = (
    "Median time of a call, and memory, against the length of the window; both axes are logarithmic, the "
    "thin gray line is proportional to the length. Gray curves are what senformer is compared with."
)


def _name(row: Row) -> str:
    parts = [row["kind"].replace("_", " "), row["dtype"]]
    parts += [row["backend"]] if row["backend"] not in _USUAL else []
    return " ".join(parts)


def _curves(rows: Sequence[Row]) -> dict[str, list[Row]]:
    names = dict.fromkeys(map(_name, rows))
    return {
        name: sorted((row for row in rows if _name(row) == name), key=lambda row: row["length_bp"])
        for name in names
    }


def _draw_panel(axes: Axes, curves: dict[str, list[Row]], key: str, unit: float) -> None:
    spare = iter(_SPARE * 9)
    kinds: dict[str, str] = {}
    for number, (name, curve) in enumerate(curves.items()):
        kind = curve[0]["kind"]
        kinds.setdefault(kind, _COLORS.get(kind) or next(spare))
        points = [(row["length_bp"] / 1000, row[key] / unit) for row in curve if row.get(key)]
        if points:
            axes.plot(
                *zip(*points, strict=True),
                color=kinds[kind],
                ls=_LINES.get(curve[0]["dtype"], "-"),
                marker=_MARKERS[number % len(_MARKERS)],
                ms=4,
                label=name,
            )
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(plain_number)
    axes.yaxis.set_minor_locator(NullLocator())
    lengths = sorted({row["length_bp"] / 1000 for curve in curves.values() for row in curve})
    axes.set_xticks(lengths, [f"{length:,.0f}" for length in lengths], rotation=45, ha="right")
    axes.xaxis.set_minor_locator(NullLocator())
    _draw_slope(axes, lengths)


def _draw_slope(axes: Axes, lengths: Sequence[float]) -> None:
    """Draw what is proportional to the length, through the lower left corner."""
    low, high = axes.get_ylim()
    axes.plot([lengths[0], lengths[-1]], [low, low * lengths[-1] / lengths[0]], color=GRAY, lw=0.6, ls=":")
    axes.set_ylim(low, high)


def _describe(curves: dict[str, list[Row]]) -> str:
    parts = []
    for name, curve in curves.items():
        last = curve[-1]
        parts.append(
            f"{name}: {last['seconds']:.3g} s and a peak of {last['peak_bytes'] / 1e9:.2g} GB at "
            f"{last['length_bp'] / 1000:,.0f} kb."
        )
    return " ".join(parts)
