"""Measured and predicted signal at the evaluated windows."""

from typing import Any

import numpy as np
import pandas as pd

from senformer.report import html
from senformer.report.figures import FIGURES
from senformer.report.inputs import EvaluationFiles
from senformer.report.sections.counter import FigureCounter

N_WINDOWS = 3
N_TRACKS = 8


def loci_section(evaluation: EvaluationFiles | None, counter: FigureCounter) -> html.Html:
    """Return the section that lays predictions beside measurements."""
    title = "Predicted against measured"
    if evaluation is None:
        return html.section(
            "loci", title, html.paragraph("No evaluation was given, so there is nothing to compare.")
        )
    windows = _spread(len(evaluation.examples["chrom"]), N_WINDOWS)
    tracks = typical_tracks(evaluation.tracks, N_TRACKS)
    drawing = FIGURES["loci"](evaluation.examples, windows, tracks, evaluation.windows_name)
    return html.section(
        "loci", title, html.paragraph(_sentence(evaluation.tracks, tracks)), counter.place(drawing)
    )


def _sentence(table: pd.DataFrame, tracks: list[int]) -> str:
    units = "Stored units are those of training: coverage in the bin after each track's own scaling."
    if len(tracks) == len(table):
        return f"All tracks are shown. {units}"
    return (
        f"{len(tracks)} of {len(table):,} tracks are shown: those nearest the median accuracy of their "
        f"assay, neither the best nor the worst. {units}"
    )


def typical_tracks(table: pd.DataFrame, n_tracks: int) -> list[int]:
    """Return up to ``n_tracks`` tracks, assay by assay in turn, nearest the median accuracy of theirs.

    Tracks without a correlation come last.
    """
    ranked = table.assign(
        distance=(table["pearson_r"] - table.groupby("assay")["pearson_r"].transform("median")).abs()
    )
    ranked = ranked.sort_values(["distance", "index"], na_position="last")
    ranked = ranked.assign(turn=ranked.groupby("assay").cumcount())
    chosen = ranked.sort_values(["turn", "assay"], kind="stable").head(n_tracks)
    return sorted(int(index) for index in chosen["index"])


def _spread(n_items: int, n_wanted: int) -> list[int]:
    """Spread as evaluate does; that module loads torch, which a page does without."""
    places: Any = np.linspace(0, n_items - 1, min(n_items, n_wanted)).round().astype(int)
    return [int(place) for place in np.unique(places)]
