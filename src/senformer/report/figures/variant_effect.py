"""Predicted tracks of both alleles of one variant. Under ``variant_effect`` in ``FIGURES``."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from senformer.report.figures.style import (
    BLUE,
    GRAY,
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

N_TRACKS = 3


def variant_effect(
    top: dict[str, Any],
    row: int,
    *,
    tracks: Sequence[int] | None = None,
    genes: Sequence[dict[str, Any]] = (),
) -> Drawing:
    """Draw REF and ALT predictions of one variant, and their difference, on its most changed tracks.

    Parameters
    ----------
    top
        Arrays of ``FILE.top.npz`` (:func:`senformer.variants.top.write_top`).
    row
        Which variant.
    tracks
        Which tracks, by index; the most changed unless given.
    genes
        Starts of transcripts to mark: ``name``, ``strand``, ``start`` (0-based).
    """
    tracks = most_changed_tracks(top, row) if tracks is None else list(tracks)
    with drawing_style():
        figure = new_figure(3.6, 10.5)
        grid = figure.subplots(
            2, len(tracks), squeeze=False, sharex=True, gridspec_kw={"height_ratios": [3, 2]}
        )
        for column, track in enumerate(tracks):
            _draw_track(grid[0][column], grid[1][column], top, row, track)
            _draw_genes(grid[0][column], genes)
        grid[0][0].set_ylabel("signal per bin\n(stored units)")
        grid[1][0].set_ylabel("ALT − REF")
        handles, labels = grid[0][0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=3)
        svg = to_svg(figure)
    return Drawing(svg, _describe(top, row, tracks), _CAPTION)


_CAPTION = (
    "Above, the predicted signal of both alleles around the variant (dotted line), in stored units; below, "
    "ALT minus REF: above zero the alternate allele raises the signal, below zero it lowers it."
)


def most_changed_tracks(top: dict[str, Any], row: int, n_tracks: int = N_TRACKS) -> list[int]:
    """Return the tracks with the largest abs(log2(1 + ALT) - log2(1 + REF)) of the stored bins' sums."""
    ref, alt = (top[allele][row].sum(axis=0, dtype=np.float64) for allele in ("ref", "alt"))
    change = np.abs(np.log2(1 + alt) - np.log2(1 + ref))
    return np.argsort(-change, kind="stable")[:n_tracks].tolist()


def _draw_track(upper: Axes, lower: Axes, top: dict[str, Any], row: int, track: int) -> None:
    start, bin_bp, at = int(top["start"][row]), int(top["bin_bp"]), int(top["position"][row]) - 1
    ref, alt = top["ref"][row, :, track], top["alt"][row, :, track]
    for values, label, color, width in ((ref, "REF", BLUE, 1.8), (alt, "ALT", VERMILLION, 1.1)):
        upper.plot(*step_outline(values, start, bin_bp), color=color, lw=width, label=label)
    x, change = step_outline(alt - ref, start, bin_bp)
    lower.fill_between(x, 0, np.maximum(change, 0), color=VERMILLION, lw=0)
    lower.fill_between(x, 0, np.minimum(change, 0), color=BLUE, lw=0)
    lower.axhline(0, color=GRAY, lw=0.8)
    for axes in (upper, lower):
        axes.axvline(at, color="black", ls=":", lw=1, label="variant" if axes is upper else None)
    upper.set_ylim(bottom=min(0.0, upper.get_ylim()[0]))
    assay = str(top["assay"][track])
    name = str(top["track_name"][track])
    upper.set_title(shorten(f"{assay} · {name}" if assay else name, 38), fontsize=9.5)
    set_genome_axis(lower, str(top["chrom"][row]), start, start + bin_bp * len(ref))


def _draw_genes(axes: Axes, genes: Sequence[dict[str, Any]]) -> None:
    """Mark each start with an arrow that points downstream, above the signal."""
    low, high = axes.get_ylim()
    left, right = axes.get_xlim()
    inside = [gene for gene in genes if left <= gene["start"] < right]
    if inside:
        axes.set_ylim(low, high + 0.26 * (high - low))
    for number, gene in enumerate(inside):
        way = -1 if gene["strand"] == "-" else 1
        height = high + (0.07 + 0.09 * (number % 2)) * (high - low)
        arrow = {"arrowstyle": "-|>", "color": GRAY, "lw": 1, "shrinkA": 0, "shrinkB": 0}
        start = (gene["start"], height)
        axes.annotate("", (gene["start"] + 0.04 * way * (right - left), height), start, arrowprops=arrow)
        # The name stands beyond the arrow, or behind it where the panel ends there.
        ends_here = (left if way < 0 else right) - gene["start"]
        side = way if abs(ends_here) > 0.35 * (right - left) else -way
        axes.annotate(
            shorten(str(gene["name"]), 12),
            start,
            xytext=(16 * side if side == way else 3 * side, 0),
            textcoords="offset points",
            ha="left" if side > 0 else "right",
            va="center",
            fontsize=8,
            color=GRAY,
        )
        axes.plot([gene["start"]] * 2, [height, high], color=GRAY, lw=1)


def _describe(top: dict[str, Any], row: int, tracks: list[int]) -> str:
    parts = []
    for track in tracks:
        change = float((top["alt"][row, :, track] - top["ref"][row, :, track]).sum())
        parts.append(f"{top['track_name'][track]} {true_minus(f'{change:+.3g}')}")
    return f"{top['key'][row]}: summed ALT minus REF over the bins shown: {', '.join(parts)}."
