"""What ``evaluate`` says per track and per assay: declared columns, and means with their counts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from senformer.core.schema import Column, TableSchema
from senformer.evaluate.metrics import METRICS
from senformer.evaluate.sums import TrackSums
from senformer.tracks.table import Track

NO_ASSAY = "unknown"

ACCURACY = TableSchema(
    "accuracy per track",
    (
        Column("index", "int64", "0-based", "column of the track in the head"),
        Column("name", "string", "", "name of the track"),
        Column("assay", "string", "", "assay of the track"),
        Column("strand", "string", "", "+, - or . (none)"),
        Column("n", "int64", "bins", "bins counted: all of the split's targets that are not masked"),
        Column("mean_target", "float64", "stored units", "mean target over them", nullable=True),
        Column("mean_prediction", "float64", "stored units", "mean prediction over them", nullable=True),
        Column("pearson_r", "float64", "", "Pearson's r, stored units; null where undefined", nullable=True),
        Column(
            "pearson_r_log1p",
            "float64",
            "",
            "Pearson's r of log(1 + x), measured units; null where undefined",
            nullable=True,
        ),
        Column("n_positive", "int64", "bins", "bins with label 1, where targets are labels", nullable=True),
        Column("auroc", "float64", "", "area under the ROC curve; null where undefined", nullable=True),
        Column("auprc", "float64", "", "average precision; null where undefined", nullable=True),
    ),
)


def accuracy_table(sums: TrackSums, tracks: Sequence[Track]) -> pd.DataFrame:
    """Return one row a track (:data:`ACCURACY`); of labels also their ranks."""
    table = pd.DataFrame(
        {
            "index": np.arange(len(tracks)),
            "name": [track.name for track in tracks],
            "assay": [track.assay for track in tracks],
            "strand": [track.strand for track in tracks],
            "n": sums.raw.n,
            "mean_target": sums.raw.mean_target,
            "mean_prediction": sums.raw.mean_prediction,
            "pearson_r": sums.raw.result(),
            "pearson_r_log1p": sums.log1p_result(),
        }
    )
    if sums.ranks is None:
        return table
    auprc = METRICS["auprc"].from_state(sums.ranks.state, len(tracks))
    ranks = {"n_positive": sums.ranks.n_positive, "auroc": sums.ranks.result(), "auprc": auprc.result()}
    # Of the others nothing was counted: they have no positives, not none of them.
    is_label = np.isin(np.arange(len(tracks)), sums.label_tracks)
    n_positive = pd.Series(ranks.pop("n_positive"), dtype="Int64").where(is_label)
    return table.assign(n_positive=n_positive, **ranks)


def label_summary(table: pd.DataFrame) -> dict[str, Any]:
    """Return the means of the label metrics over the tracks that have one, and how many labels have none."""
    if "auroc" not in table:
        return {}
    return {
        "auroc_mean": _mean(table["auroc"]),
        "auprc_mean": _mean(table["auprc"]),
        "n_tracks_auroc_undefined": int((table["auroc"].isna() & table["n_positive"].notna()).sum()),
    }


def summarize(table: pd.DataFrame) -> dict[str, Any]:
    """Return the arithmetic means over the tracks of a table that have a correlation, and their counts."""
    return {
        "pearson_mean": _mean(table["pearson_r"]),
        "pearson_log1p_mean": _mean(table["pearson_r_log1p"]),
        "n_tracks": len(table),
        "n_tracks_undefined": int(table["pearson_r"].isna().sum()),
        "n_tracks_without_data": int((table["n"] == 0).sum()),
    }


def by_assay(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return :func:`summarize` of each assay's tracks, by name; tracks without an assay stand together."""
    named = table.assign(assay=table["assay"].replace("", NO_ASSAY))
    return {str(assay): summarize(rows) for assay, rows in named.groupby("assay", sort=True)}


def _mean(values: pd.Series) -> float | None:
    return float(values.mean()) if values.notna().any() else None
