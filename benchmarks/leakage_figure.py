"""Draw the figure of the page on leakage from what ``leakage.py`` and ``homology_recall.py`` measured.

The first two panels show how much of the test bases has its like in train, for three ways to split; the last
one how many planted copies the sketch finds, by length and identity.

    python benchmarks/leakage_figure.py --genome benchmarks/results/GENOME.json \\
        --chain benchmarks/results/CHAIN.json --recall benchmarks/results/RECALL.json \\
        --out docs/_static/leakage.svg
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from senformer.core.commit import write_text
from senformer.report.figures.style import (
    BLUE,
    GRAY,
    SERIES,
    VERMILLION,
    drawing_style,
    new_figure,
    plain_number,
    to_svg,
)

WAYS = ("random windows", "chromosomes", "homology")
_MARKERS = "osD^vPX"


def test_share(found: Mapping[str, Any]) -> float:
    """Return how much of the test bases of an audit is in train or like it, in percent."""
    rows = [row for row in found["leaks"] if (row["split"], row["against"]) == ("test", "train")]
    return 100 * rows[0]["fraction"] if rows else 0.0


def draw_bars(axes: Axes, groups: Mapping[str, Sequence[float]], ways: Sequence[str]) -> None:
    """Draw one group of bars a split, each with its value above it."""
    width = 0.8 / len(groups)
    for number, (name, values) in enumerate(groups.items()):
        at = np.arange(len(ways)) + (number - (len(groups) - 1) / 2) * width
        bars = axes.bar(
            at, values, width * 0.92, color=(VERMILLION, BLUE)[number], hatch=("", "//")[number],
            edgecolor="white", label=name,
        )  # fmt: skip
        axes.bar_label(bars, [f"{value:.1f}" for value in values], padding=2)
    axes.set_xticks(range(len(ways)), ways)
    axes.set(ylabel="% of test bases like train", ylim=(0, 15))
    axes.grid(visible=False, axis="x")
    if len(groups) > 1:
        axes.legend(loc="upper center", ncols=2)


def draw_recall(axes: Axes, rows: Sequence[Mapping[str, Any]]) -> None:
    """Draw recall against length, a curve an identity; the dotted line is at 95 %."""
    for number, identity in enumerate(sorted({row["identity"] for row in rows}, reverse=True)):
        curve = sorted((row for row in rows if row["identity"] == identity), key=lambda row: row["length_bp"])
        axes.plot(
            [row["length_bp"] / 1000 for row in curve],
            [100 * row["recall"] for row in curve],
            color=(*SERIES, GRAY)[number],
            marker=_MARKERS[number],
            ms=4,
            label=f"{identity:.0%}",
        )
    axes.axhline(95, color=GRAY, lw=0.8, ls=":")
    axes.set_xscale("log")
    ticks = sorted({row["length_bp"] / 1000 for row in rows})
    axes.set_xticks(ticks, [plain_number(tick) for tick in ticks])
    axes.minorticks_off()
    axes.set(xlabel="length of the copy (kb)", ylabel="% of copies found", ylim=(0, 103))
    axes.legend(title="identity", loc="center left", bbox_to_anchor=(1, 0.5))


def draw(genome: Mapping[str, Any], chain: Mapping[str, Any], recall: Mapping[str, Any]) -> str:
    """Return the figure as SVG."""
    with drawing_style():
        figure = new_figure(3.6, 12.0)
        left, middle, right = figure.subplots(1, 3)
        shares = {
            name: [test_share(genome[key][way]) for way in WAYS]
            for name, key in (("same sketch", "splits"), ("finer sketch", "finer"))
        }
        draw_bars(left, shares, ("random\nwindows", "chromo-\nsomes", "homology"))
        left.set_title("yeast: found by a sketch")
        shares = {"alignment": [test_share(chain["splits"][way]) for way in WAYS]}
        draw_bars(middle, shares, ("random\nwindows", "human to train,\nmouse to test", "homology"))
        middle.set_title("human chr16, mouse chr8: aligned")
        draw_recall(right, recall["rows"])
        right.set_title("copies found by the sketch")
        return to_svg(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name in ("genome", "chain", "recall", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    given = parser.parse_args()
    read = [
        json.loads(path.read_text(encoding="utf-8")) for path in (given.genome, given.chain, given.recall)
    ]
    svg = draw(*read)
    write_text(given.out, svg)


if __name__ == "__main__":
    main()
