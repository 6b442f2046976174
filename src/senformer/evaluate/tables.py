"""What ``evaluate`` says per track and per assay: declared columns, and means with their counts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from senformer.core.schema import Column, TableSchema
from senformer.evaluate.extras import Extras
from senformer.evaluate.means import assay_groups, mean_defined
from senformer.evaluate.metrics import METRICS
from senformer.evaluate.ranked import RankedScores
from senformer.evaluate.spread import Spread
from senformer.evaluate.sums import TrackSums
from senformer.tracks.track import Track

# Columns whose means over tracks stand in metrics.json, and what they are called there before "_mean".
FURTHER = {
    "spearman_rho": "spearman",
    **{name: name for name in ("r2", "r2_log1p", "mse", "mse_log1p", "poisson_deviance", "poisson_d2")},
    **{name: name for name in ("jsd", "profile_auprc")},
}

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
        Column("pearson_r_low", "float64", "", "lower end of its 95 % interval, stored units", nullable=True),
        Column("pearson_r_high", "float64", "", "upper end", nullable=True),
        Column("spearman_rho", "float64", "", "Spearman's rho; null where undefined", nullable=True),
        Column("spearman_bound", "float64", "", "how far from it the exact one may be", nullable=True),
        Column("r2", "float64", "", "R2, stored units; null where undefined", nullable=True),
        Column("r2_log1p", "float64", "", "R2 of log(1 + x), measured units; as above", nullable=True),
        Column("mse", "float64", "stored units squared", "mean squared error", nullable=True),
        Column("mse_log1p", "float64", "", "that of log(1 + x), measured units; as above", nullable=True),
        Column(
            "poisson_deviance",
            "float64",
            "stored units",
            "mean deviance; null where undefined",
            nullable=True,
        ),
        Column(
            "poisson_d2", "float64", "", "share of the deviance that is explained; as above", nullable=True
        ),
        Column("jsd", "float64", "", "mean Jensen-Shannon distance of profiles", nullable=True),
        Column("n_profiles", "int64", "windows", "windows whose profiles could be compared", nullable=True),
        Column("profile_auprc", "float64", "", "average precision of a profile's high bins", nullable=True),
        Column("n_positive", "int64", "bins", "bins with label 1, where targets are labels", nullable=True),
        Column("auroc", "float64", "", "area under the ROC curve; null where undefined", nullable=True),
        Column("auprc", "float64", "", "average precision; null where undefined", nullable=True),
        Column("auroc_bound", "float64", "", "how far from it the exact one may be", nullable=True),
        Column("auprc_bound", "float64", "", "how far from it the exact one may be", nullable=True),
    ),
)


def accuracy_table(
    sums: TrackSums, tracks: Sequence[Track], extras: Extras | None = None, spread: Spread | None = None
) -> pd.DataFrame:
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
            "r2": sums.raw_result("r2"),
            "r2_log1p": sums.log1p_result("r2"),
            "mse": sums.raw_result("mse"),
            "mse_log1p": sums.log1p_result("mse"),
            "poisson_deviance": sums.poisson_result("poisson_deviance"),
            "poisson_d2": sums.poisson_result("poisson_d2"),
        }
    )
    if spread is not None:
        table = table.assign(pearson_r_low=spread.low, pearson_r_high=spread.high)
    if extras is not None:
        table = table.assign(**extras.columns())
    if sums.ranks is not None:
        in_cells = sums.label_edges is not None
        table = table.assign(**_of_labels(sums.ranks, sums.label_tracks, in_cells))
    return table[[name for name in ACCURACY.names if name in table]]


def _of_labels(ranks: RankedScores, label_tracks: Sequence[int], in_cells: bool) -> dict[str, Any]:
    """Return the columns of labels; other tracks have none."""
    auprc = METRICS["auprc"].from_state(ranks.state, ranks.n_tracks)
    # Of the others nothing was counted: they have no positives, not none of them.
    is_label = np.isin(np.arange(ranks.n_tracks), label_tracks)
    columns = {
        "n_positive": pd.Series(ranks.n_positive, dtype="Int64").where(is_label),
        "auroc": ranks.result(),
        "auprc": auprc.result(),
    }
    return columns | ({"auroc_bound": ranks.bound(), "auprc_bound": auprc.bound()} if in_cells else {})


def label_summary(table: pd.DataFrame) -> dict[str, Any]:
    """Return the means of the label metrics over the tracks that have one, and how many labels have none."""
    if "auroc" not in table or not table["n_positive"].notna().any():
        return {}
    return {
        "auroc_mean": mean_defined(table["auroc"]),
        "auprc_mean": mean_defined(table["auprc"]),
        "n_tracks_auroc_undefined": int((table["auroc"].isna() & table["n_positive"].notna()).sum()),
    }


def _means(table: pd.DataFrame) -> dict[str, float | None]:
    """Return the mean over tracks of each further metric that the table has."""
    return {f"{key}_mean": mean_defined(table[column]) for column, key in FURTHER.items() if column in table}


def summarize(table: pd.DataFrame) -> dict[str, Any]:
    """Return the arithmetic means over the tracks of a table that have a correlation, and their counts."""
    return {
        "pearson_mean": mean_defined(table["pearson_r"]),
        "pearson_log1p_mean": mean_defined(table["pearson_r_log1p"]),
        **_means(table),
        "n_tracks": len(table),
        "n_tracks_undefined": int(table["pearson_r"].isna().sum()),
        "n_tracks_without_data": int((table["n"] == 0).sum()),
    }


def by_assay(table: pd.DataFrame, spread: Spread | None = None) -> dict[str, dict[str, Any]]:
    """Return :func:`summarize` of each assay's tracks, by name; tracks without an assay stand together.

    With ``spread`` also the intervals of the means, and of labels :func:`label_summary`.
    """
    return {
        str(assay): summarize(rows) | (spread.of(str(assay)) if spread else {}) | label_summary(rows)
        for assay, rows in table.groupby(assay_groups(table), sort=True)
    }
