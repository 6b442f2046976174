"""The figure of each experiment, from what ``summary.py`` keeps."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from senformer.report.figures.style import GRAY, SERIES, drawing_style, new_figure, plain_number, to_svg

Record = Mapping[str, Any]
_MARKERS = "osD^vPX*"


def _arms(record: Record) -> list[str]:
    return list(record["config"]["arms"])


def draw_assays(axes: Axes, rows: Sequence[Mapping[str, Any]], arms: Sequence[str], data: str) -> None:
    """Draw accuracy by assay: a group an assay, a marker an arm, bars of one standard deviation."""
    assays = list(dict.fromkeys(row["assay"] for row in rows if row["data"] == data))
    for number, arm in enumerate(arms):
        own = {row["assay"]: row for row in rows if (row["data"], row["arm"]) == (data, arm)}
        at = [
            place + (number - (len(arms) - 1) / 2) * 0.15
            for place, assay in enumerate(assays)
            if assay in own
        ]
        shown = [own[assay] for assay in assays if assay in own]
        axes.errorbar(
            at, [row["mean"] for row in shown], [row["sd"] or 0 for row in shown],
            fmt=_MARKERS[number], color=(*SERIES, GRAY)[number], ms=5, capsize=2, label=arm,
        )  # fmt: skip
    axes.set_xticks(range(len(assays)), assays)
    axes.set(title=data, ylabel="test Pearson's r, mean over tracks")
    axes.grid(visible=False, axis="x")


def draw_parity(record: Record) -> str:
    """Return the figure of E1: accuracy of the arms by assay, a panel a dataset."""
    rows, arms = record["summary"]["test"]["pearson_mean"], _arms(record)
    data = [name for name in record["config"]["data"] if any(row["data"] == name for row in rows)]
    with drawing_style():
        figure = new_figure(3.8, 11.0)
        panels = np.atleast_1d(figure.subplots(1, len(data)))
        for axes, name in zip(panels, data, strict=True):
            draw_assays(axes, rows, arms, name)
        panels[0].legend(loc="best")
        return to_svg(figure)


def _way(row: Record) -> tuple[str, ...]:
    """Return what an arm's name says beside its window."""
    kind, _, *variant = row["arm"].split("_")
    return kind, *variant


def draw_distances(record: Record) -> str:
    """Return the figure of E2: what is predicted of enhancers by distance, and what each run took."""
    # Runs in another world only prepare those that are compared; what goes on from one of these is of E3.
    arms = record["config"]["arms"]
    later = {
        name for name, arm in arms.items() if arms.get(arm.get("after"), {}).get("data") == arm.get("data")
    }
    runs = [row for row in record["runs"] if "far" in row.get("genes", {}) and row["arm"] not in later]
    runs.sort(key=lambda row: (_way(row) != ("dense",), _way(row), int(row["arm"].split("_")[1].rstrip("k"))))
    with drawing_style():
        figure = new_figure(4.0, 11.0)
        left, right = figure.subplots(1, 2, width_ratios=[1.6, 1])
        # An arm is called KIND_WINDOW or KIND_WINDOW_VARIANT: its color is the window, its marker the rest.
        windows = list(dict.fromkeys(row["arm"].split("_")[1] for row in runs))
        ways = list(dict.fromkeys(_way(row) for row in runs))
        for row in runs:
            (ranges,) = row["genes"].values()
            way = ways.index(_way(row))
            style = {
                "color": SERIES[windows.index(row["arm"].split("_")[1])],
                "marker": _MARKERS[way],
                "ms": 5,
            }
            middle = [np.sqrt(r["from_bp"] * r["to_bp"]) / 1000 for r in ranges[:-1]]
            shares = [r["share"] for r in ranges[:-1]]
            left.plot(middle, shares, label=row["name"], ls=("-", "--", ":")[way], **style)
            right.plot(row["seconds"] / 60, row["peak_bytes"] / 2**30, ls="", **style)
        left.set_xscale("log")
        ticks = sorted({r[key] / 1000 for row in runs for r in _ranges(row) for key in ("from_bp", "to_bp")})
        left.set_xticks(ticks, [plain_number(tick) for tick in ticks])
        left.minorticks_off()
        left.axhline(0, color=GRAY, lw=0.8)
        left.axhline(1, color=GRAY, lw=0.8, ls=":")
        left.set(xlabel="distance of a gene's enhancer (kb)", ylabel="share of its effect that is predicted")
        left.legend(loc="upper right")
        right.set(xlabel="training (min)", ylabel="peak memory (GiB)", xlim=(0, None), ylim=(0, None))
        return to_svg(figure)


def _ranges(row: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    (ranges,) = row["genes"].values()
    return ranges


# Mean Pearson over tracks of the model that comes with the human set, by split (data/README).
SHIPPED = {"train": 0.646, "valid": 0.581, "test": 0.409}


def draw_species(record: Record) -> str:
    """Return the figure of E4: accuracy on every split, apart and together, a panel a species."""
    with drawing_style():
        figure = new_figure(3.8, 9.0)
        panels = figure.subplots(1, 2, sharey=True)
        for axes, data in zip(panels, record["config"]["data"], strict=True):
            for number, arm in enumerate([data, "joint"]):
                shown = [_of(record, split, data, arm) for split in SHIPPED]
                at, sd = np.arange(3) + (number - 0.5) * 0.3, [row.get("sd") or 0 for row in shown]
                axes.bar(
                    at, [row.get("mean", 0) for row in shown], 0.28, yerr=sd,
                    color=SERIES[number], hatch=("", "//")[number], edgecolor="white", label=arm,
                )  # fmt: skip
            axes.set_xticks(range(3), list(SHIPPED))
            axes.set_title(data)
            axes.grid(visible=False, axis="x")
        panels[0].hlines(
            list(SHIPPED.values()),
            np.arange(3) - 0.4,
            np.arange(3) + 0.4,
            color=GRAY,
            ls=":",
            label="shipped model",
        )
        panels[0].set_ylabel("Pearson's r, mean over tracks")
        for axes in panels:
            axes.legend(loc="upper right")
        return to_svg(figure)


def _of(record: Record, split: str, data: str, arm: str) -> Mapping[str, Any]:
    """Return the row of all tracks; empty where there is none."""
    wanted = {"data": data, "assay": "all", "arm": arm}
    rows = record["summary"][split]["pearson_mean"]
    return next((row for row in rows if all(row[key] == value for key, value in wanted.items())), {})


FIGURES: dict[str, Callable[[Record], str]] = {"e1": draw_parity, "e2": draw_distances, "e4": draw_species}
