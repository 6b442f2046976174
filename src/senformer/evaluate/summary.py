"""Several evaluations of one configuration, of folds or of replicate seeds, as means and spreads."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from senformer.core.commit import new_folder, write_json, write_text
from senformer.core.errors import DataError, MissingInputError
from senformer.core.provenance import FILE as RUN_RECORD
from senformer.core.provenance import make_record
from senformer.core.schema import Column, TableSchema
from senformer.evaluate.tables import ACCURACY
from senformer.tracks.track import ALL_TRACKS

_NOT_METRICS = ("index", "n", "n_positive", "n_profiles", "mean_target", "mean_prediction")
# Of one evaluation's own uncertainty, which the spread over evaluations takes the place of.
_OWN_ENDS = ("_low", "_high", "_bound")

SUMMARY = TableSchema(
    "spread of each track's accuracy over evaluations",
    (
        Column("index", "int64", "0-based", "column of the track in the head"),
        Column("name", "string", "", "name of the track"),
        Column("assay", "string", "", "assay of the track"),
        Column("metric", "string", "", "column of tracks.parquet"),
        Column("n", "int64", "evaluations", "evaluations in which the track has a value"),
        Column("mean", "float64", "", "mean over them", nullable=True),
        Column("sd", "float64", "", "standard deviation (n - 1); null of fewer than two", nullable=True),
        Column("lowest", "float64", "", "lowest value", nullable=True),
        Column("highest", "float64", "", "highest value", nullable=True),
    ),
)


def summarize_evaluations(folders: Sequence[Path], out: Path) -> dict[str, Any]:
    """Write ``summary.json``, ``summary.tsv`` and ``summary.parquet`` of evaluations; return the first.

    Parameters
    ----------
    folders
        Folders of ``evaluate``: models of one configuration, with other folds held out or other seeds.
    out
        Folder to create.

    Raises
    ------
    MissingInputError
        A folder is no finished evaluation (E669).
    DataError
        There are fewer than two, one stands twice, or two differ in split, head or tracks, or one of them
        alone is against another model (E666).
    OutputError
        ``out`` exists.
    """
    _refuse_too_few(folders)
    found = {str(folder): _read(Path(folder)) for folder in folders}
    _refuse_unlike(found)
    rows = {name: _by_assay(metrics) for name, (metrics, _) in found.items()}
    table = spread_of_tracks([tracks for _, tracks in found.values()])
    first = next(iter(found.values()))[0]
    same_targets = len({metrics.get("targets_sha256") for metrics, _ in found.values()}) == 1
    summary = {
        "split": first["split"],
        "head": first["head"],
        "n_evaluations": len(found),
        "same_targets": same_targets,
        "evaluations": {name: rows[name][ALL_TRACKS] for name in rows},
        "by_assay": {
            assay: _spread([one.get(assay, {}) for one in rows.values()]) for assay in _assays(rows)
        },
    }
    with new_folder(out) as folder:
        write_json(folder / "summary.json", summary)
        write_text(folder / "summary.tsv", table.to_csv(sep="\t", index=False, na_rep="nan"))
        SUMMARY.write(folder / "summary.parquet", table)
        inputs = {f"evaluation_{place}": name for place, name in enumerate(found)}
        write_json(folder / RUN_RECORD, make_record("evaluate --summarize", inputs=inputs))
    return summary


def spread_of_tracks(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return :data:`SUMMARY` of the tables of tracks of several evaluations, all in one order."""
    known = tables[0][["index", "name", "assay"]]
    names = [column.name for column in ACCURACY.columns if column.dtype != "string"]
    names = [name for name in names if name not in _NOT_METRICS and not name.endswith(_OWN_ENDS)]
    parts = []
    for metric in (name for name in names if all(name in table for table in tables)):
        values = pd.concat([table[metric].astype("float64") for table in tables], axis=1)
        if not values.notna().any(axis=None):
            continue
        spread = {"n": values.notna().sum(axis=1), "mean": values.mean(axis=1), "sd": values.std(axis=1)}
        extremes = {"lowest": values.min(axis=1), "highest": values.max(axis=1)}
        parts.append(known.assign(metric=metric, **spread, **extremes))
    whole = pd.concat(parts) if parts else known.iloc[:0].reindex(columns=SUMMARY.names)
    return whole.sort_values(["index"], kind="stable", ignore_index=True)


def _refuse_too_few(folders: Sequence[Path]) -> None:
    spelled: dict[Path, Path] = {}
    for folder in folders:
        # One folder has many spellings: a, ./a, a link to it.
        place = Path(folder).resolve()
        if place in spelled:
            first = spelled[place]
            found = "is given twice" if first == folder else f"is {first}, which is given too"
            raise DataError("E666", str(folder), found, "Give each evaluation once.")
        spelled[place] = folder
    if len(spelled) < 2:
        found = "is the only evaluation: no spread can be told"
        raise DataError("E666", str(folders[0]), found, "Give two or more.")


def _read(folder: Path) -> tuple[dict[str, Any], pd.DataFrame]:
    for name in ("DONE.json", "metrics.json", "tracks.parquet"):
        if not (folder / name).is_file():
            todo = "Give folders that `evaluate` finished."
            raise MissingInputError("E669", str(folder), f"is no finished evaluation (no {name})", todo)
    try:
        metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    except ValueError as fault:
        raise DataError("E666", str(folder / "metrics.json"), "is not JSON", "Evaluate again.") from fault
    return metrics, ACCURACY.read(folder / "tracks.parquet")


def _refuse_unlike(found: Mapping[str, tuple[dict[str, Any], pd.DataFrame]]) -> None:
    (first, (metrics, tracks)), *others = found.items()
    for name, (mine, table) in others:
        pairs = [(key, mine[key], metrics[key]) for key in ("split", "head", "n_tracks")]
        pairs.append(("made against another model", "drift" in mine, "drift" in metrics))
        pairs += [
            (f"track {place}", one, other)
            for place, (one, other) in enumerate(zip(table["name"], tracks["name"], strict=False))
        ]
        for key, one, other in pairs:
            if one != other:
                what = f"{key} is {one!r}, in {first} it is {other!r}"
                raise DataError("E666", name, what, "Summarize evaluations of one configuration.")


def _by_assay(metrics: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Return the means over tracks, of each assay and of all, and those at genes."""
    rows = {ALL_TRACKS: _means(metrics)} | {assay: _means(row) for assay, row in metrics["by_assay"].items()}
    genes = metrics.get("genes", {})
    for key in ("across_genes", "across_tracks"):
        if key in genes:
            rows[f"genes: {key.replace('_', ' ')}"] = _means(genes[key])
    return rows


def _means(row: Mapping[str, Any]) -> dict[str, float]:
    return {key: value for key, value in row.items() if key.endswith("_mean") and value is not None}


def _assays(rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(assay for one in rows.values() for assay in one))


def _spread(rows: Sequence[Mapping[str, float]]) -> dict[str, dict[str, Any]]:
    found = {}
    for metric in dict.fromkeys(key for row in rows for key in row):
        values = pd.Series([row[metric] for row in rows if metric in row], dtype="float64")
        sd = float(values.std()) if len(values) > 1 else None
        found[metric] = {"mean": float(values.mean()), "sd": sd, "n": len(values)}
    return found
