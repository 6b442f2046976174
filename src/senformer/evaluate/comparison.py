"""Evaluations of several models on the same windows, compared track by track.

The test is paired: a track that is hard for one model is hard for the other, and only the differences count.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float64
from scipy.stats import wilcoxon

from senformer.core.errors import DataError
from senformer.core.schema import Column, TableSchema
from senformer.evaluate.bootstrap import Sums, difference_intervals
from senformer.evaluate.means import assay_groups
from senformer.tracks.track import ALL_TRACKS

COMPARED = ("pearson_r", "pearson_r_log1p")
N_DRAWS = 2_000

COMPARISON = TableSchema(
    "one model beside another",
    (
        Column("metric", "string", "", "column of tracks.parquet that is compared"),
        Column("assay", "string", "", "assay of the tracks, or all"),
        Column("n_tracks", "int64", "tracks", "tracks with a value in both evaluations"),
        Column("n_left_out", "int64", "tracks", "tracks without one"),
        Column("mean_first", "float64", "", "mean of the first model over those tracks", nullable=True),
        Column("mean_other", "float64", "", "mean of the other model", nullable=True),
        Column("difference", "float64", "", "mean of other - first", nullable=True),
        Column("low", "float64", "", "lower end of its 95 % interval, tracks drawn anew", nullable=True),
        Column("high", "float64", "", "upper end", nullable=True),
        Column("window_low", "float64", "", "lower end, blocks of windows drawn anew", nullable=True),
        Column("window_high", "float64", "", "upper end; null where there are no blocks", nullable=True),
        Column("share_higher", "float64", "", "share of the tracks where the other is higher", nullable=True),
        Column("p", "float64", "", "two-sided Wilcoxon signed-rank test; null where none", nullable=True),
    ),
)

Values = Float64[np.ndarray, " track"]


def compare_tracks(
    first: pd.DataFrame,
    other: pd.DataFrame,
    blocks: Mapping[str, tuple[Sums, Sums]] | None = None,
    metrics: Sequence[str] = COMPARED,
    seed: int = 1,
) -> pd.DataFrame:
    """Return how ``other`` differs from ``first``: a row for each metric and assay, and one for all tracks.

    Two intervals: of a bootstrap over tracks, on these windows, and of one over blocks of windows, for these
    tracks. The test is that of Wilcoxon on the differences. It and the first interval take tracks for
    independent, which replicates and assays of one tissue are not. Nothing is corrected for the number of
    tests.

    Parameters
    ----------
    first, other
        Tables of ``evaluate`` with the same tracks in the same order.
    blocks
        By metric the sums of each block of windows of both (:func:`senformer.evaluate.spread.read_blocks`).
    metrics
        Columns to compare.
    seed
        Of the bootstrap's draws.
    """
    assays = assay_groups(first)
    rows = []
    for metric in metrics:
        groups = [(ALL_TRACKS, np.ones(len(first), bool))]
        groups += [(str(assay), (assays == assay).to_numpy()) for assay in sorted(assays.unique())]
        of_windows = _of_windows(blocks, metric, dict(groups))
        for assay, of_assay in groups:
            x, y = (table[metric].to_numpy(np.float64)[of_assay] for table in (first, other))
            low, high = of_windows.get(assay, (np.nan, np.nan))
            row = {"metric": metric, "assay": assay, **_difference(x, y, seed)}
            rows.append(row | {"window_low": low, "window_high": high})
    return pd.DataFrame(rows, columns=COMPARISON.names)


def _of_windows(
    blocks: Mapping[str, tuple[Sums, Sums]] | None, metric: str, groups: dict[str, Bool[np.ndarray, " track"]]
) -> dict[str, tuple[float, float]]:
    if blocks is None or metric not in blocks:
        return {}
    return difference_intervals(*blocks[metric], groups)


def _difference(x: Values, y: Values, seed: int) -> dict[str, float | int]:
    known = ~(np.isnan(x) | np.isnan(y))
    x, y = x[known], y[known]
    gaps = y - x
    found: dict[str, float | int] = {"n_tracks": len(gaps), "n_left_out": int((~known).sum())}
    if not len(gaps):
        return found
    low, high = bootstrap_interval(gaps, seed)
    return found | {
        "mean_first": float(x.mean()),
        "mean_other": float(y.mean()),
        "difference": float(gaps.mean()),
        "low": low,
        "high": high,
        "share_higher": float((gaps > 0).mean()),
        # Of equal values there is nothing to rank.
        "p": float(wilcoxon(gaps).pvalue) if gaps.any() else np.nan,
    }


def bootstrap_interval(values: Values, seed: int, n_draws: int = N_DRAWS) -> tuple[float, float]:
    """Return the 2.5th and the 97.5th percentile of the mean of values drawn with replacement."""
    rng = np.random.default_rng(seed)
    means = np.empty(n_draws)
    # One draw after the other: all at once would be gigabytes of 5,313 tracks' indices.
    for draw in range(n_draws):
        means[draw] = values[rng.integers(0, len(values), len(values))].mean()
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def refuse_unlike(
    evaluations: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any] | None, pd.DataFrame]],
) -> None:
    """Raise unless all evaluations are of the same dataset, split, windows and tracks.

    Parameters
    ----------
    evaluations
        ``metrics.json``, ``run.json`` and the table of tracks, by folder.

    Raises
    ------
    DataError
        Two differ; both folders are named, with what each has.
    """
    (first, (facts, names)), *others = ((where, _facts(*found)) for where, found in evaluations.items())
    for where, (mine, tracks) in others:
        unlike = [(key, value, facts[key]) for key, value in mine.items() if value != facts[key]]
        unlike += [
            (f"track {place}", repr(name), repr(named))
            for place, (name, named) in enumerate(zip(tracks, names, strict=False))
            if name != named
        ]
        for key, value, other in unlike[:1]:
            raise DataError(
                "E670", where, f"{key} is {value}, in {first} it is {other}", "Evaluate both models alike."
            )


def _facts(
    metrics: Mapping[str, Any], record: Mapping[str, Any] | None, tracks: pd.DataFrame
) -> tuple[dict[str, Any], list[str]]:
    dataset = (record or {}).get("inputs", {}).get("dataset", {})
    config = (record or {}).get("config") or {}
    # A model that reads one strand and one that reads both are alike where each is read as it was trained.
    is_own = config.get("strands") == config.get("own_strands", "both")
    facts = {
        "the dataset's SHA-256": dataset.get("sha256", "unknown")[:16],
        "split": metrics["split"],
        "head": metrics["head"],
        "n_tracks": len(tracks),
        "n_windows": metrics["n_windows"],
        "n_bins": metrics["n_bins"],
        # Evaluations of before it was recorded have none.
        "the SHA-256 of the targets' places": (metrics.get("targets_sha256") or "unknown")[:16],
        "strands": "as trained" if is_own else config.get("strands"),
        **{key: config.get(key) for key in ("shifts_bp", "dtype")},
    }
    return facts, [str(name) for name in tracks["name"]]
