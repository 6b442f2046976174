"""Reads what a report shows: the files of a run, an evaluation and scores.

Nothing is computed anew; what is not there is None and its section says so.
"""

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pyarrow.parquet import read_schema

from senformer.core.errors import DataError, MissingInputError
from senformer.evaluate.comparison import refuse_unlike

_TEXT = {"name": str, "assay": str, "strand": str}
_NUMBERS = {name: ["nan", ""] for name in ("pearson_r", "pearson_r_log1p", "mean_target", "mean_prediction")}
# By ``overlaps_training`` of metrics.json; null where the model's card does not say what it was trained on.
_WINDOWS = {
    False: "held-out windows",
    True: "windows that overlap the training sequence",
    None: "evaluated windows",
}
_CURVE = ("step", "organism", "loss", "valid_loss", "valid_pearson")


@dataclass(frozen=True)
class RunFiles:
    """A training run.

    Attributes
    ----------
    record
        ``run.json``.
    done
        ``DONE.json``; None while training goes on.
    card
        ``model/card.json``; None before the model is exported.
    curve
        Lines of ``metrics.jsonl`` with the columns step, organism, loss, valid_loss, valid_pearson.
    fitted
        Its other lines: what a model that is fitted at once says of each track, in folds or of rows held out.
    """

    record: dict[str, Any]
    done: dict[str, Any] | None
    card: dict[str, Any] | None
    curve: pd.DataFrame
    fitted: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class EvaluationFiles:
    """An evaluation: ``metrics.json``, ``run.json``, the table, the examples and the blocks of its folder.

    Blocks are the sums of each block of windows, raw and log1p; values and tracks are those of genes. None
    where there is no such file.
    """

    metrics: dict[str, Any]
    record: dict[str, Any] | None
    tracks: pd.DataFrame
    examples: dict[str, np.ndarray]
    blocks: dict[str, np.ndarray] | None = None
    gene_values: dict[str, np.ndarray] | None = None
    gene_tracks: pd.DataFrame | None = None

    @property
    def windows_name(self) -> str:
        """What to call the windows: held out only where the evaluation found that they are."""
        return _WINDOWS[self.metrics.get("overlaps_training")]


@dataclass(frozen=True)
class ScoreFiles:
    """Scores: run record, the arrays of ``FILE.top.npz``, and the table's rows of those variants.

    ``pages`` is the folder of the table's own pages (``report FILE``), ``overview`` and ``cells`` what stands
    in it; None where there are none, or they are of scores that were there before.
    """

    record: dict[str, Any]
    top: dict[str, np.ndarray]
    rows: pd.DataFrame
    pages: Path | None = None
    overview: dict[str, Any] | None = None
    cells: pd.DataFrame | None = None


def read_run(path: Path) -> RunFiles:
    """Read a training run; its model and its closing file may be missing.

    Raises
    ------
    MissingInputError
        There is no ``run.json`` or no ``metrics.jsonl``.
    DataError
        A file is damaged.
    """
    return RunFiles(
        record=read_json(path / "run.json"),
        done=read_json(path / "DONE.json", optional=True),
        card=read_json(path / "model" / "card.json", optional=True),
        curve=read_curve(path / "metrics.jsonl"),
        fitted=[line for line in read_lines(path / "metrics.jsonl") if "step" not in line],
    )


def read_curve(path: Path) -> pd.DataFrame:
    """Read the lines of ``metrics.jsonl`` that are of a step as a table."""
    lines = [line for line in read_lines(path) if "step" in line]
    return pd.DataFrame(lines, columns=list(_CURVE))


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Read a file of JSON objects, one a line; a torn last line of a run under way is left out.

    Raises
    ------
    DataError
        A line is damaged.
    """
    if not path.exists():
        return []
    raw = _read_bytes(path)
    complete = raw[: raw.rfind(b"\n") + 1]
    lines = []
    for number, line in enumerate(complete.splitlines(), 1):
        try:
            lines.append(json.loads(line))
        except ValueError as fault:
            raise _damaged(f"{path} line {number}", "is not JSON") from fault
    return lines


def read_evaluation(path: Path) -> EvaluationFiles:
    """Read the folder of ``evaluate``.

    Raises
    ------
    MissingInputError
        One of its files is missing, or the evaluation has not finished.
    DataError
        A file is damaged.
    """
    if path.is_dir() and not (path / "DONE.json").is_file():
        todo = "Give the command `evaluate` again: it goes on where it was."
        raise MissingInputError("E781", str(path), "is no finished evaluation (no DONE.json)", todo)
    return EvaluationFiles(
        metrics=read_json(path / "metrics.json"),
        record=read_json(path / "run.json", optional=True),
        tracks=_read_table(path / "tracks.tsv"),
        examples=read_arrays(path / "examples.npz"),
        blocks=read_arrays(path / "blocks.npz") if (path / "blocks.npz").exists() else None,
        **_read_genes(path),
    )


def read_drifts(folders: Mapping[str, Path]) -> dict[str, EvaluationFiles]:
    """Read evaluations against one and the same model, by name; raises as :func:`read_evaluation`.

    Raises
    ------
    DataError
        One was made without another model, against one that is not that of the first, or of other windows.
    """
    found = {name: read_evaluation(path) for name, path in folders.items()}
    others = {}
    for name, one in found.items():
        if "drift" not in one.metrics:
            todo = "Give a folder of evaluate --against MODEL."
            raise DataError("E697", str(folders[name]), "is no evaluation against another model", todo)
        others[name] = ((one.record or {}).get("inputs") or {}).get("against", {}).get("sha256")
        if others[name] != others[next(iter(found))]:
            todo = "Give evaluations against the same model."
            raise DataError("E697", str(folders[name]), "is against another model than the first", todo)
    if found:
        refuse_unlike(
            {str(folders[name]): (one.metrics, one.record, one.tracks) for name, one in found.items()}
        )
    return found


def _read_genes(path: Path) -> dict[str, Any]:
    values, tracks = path / "gene_values.npz", path / "gene_tracks.parquet"
    if not (values.exists() and tracks.exists()):
        return {}
    try:
        return {"gene_values": read_arrays(values), "gene_tracks": pd.read_parquet(tracks)}
    except (ValueError, OSError) as fault:
        raise _damaged(str(tracks), f"is no table ({fault})") from fault


def read_scores(path: Path) -> ScoreFiles:
    """Read what stands beside a score table, and the table's rows of the largest effects.

    The table is looked at first: where it is damaged, what is missing beside it does not matter yet.

    Raises
    ------
    MissingInputError
        The table or a file beside it is missing.
    DataError
        A file is damaged.
    """
    _check_score_table(path)
    top_path = path.with_name(f"{path.name}.top.npz")
    top = read_arrays(top_path)
    if "key" not in top:
        raise _damaged(str(top_path), "has no array 'key'")
    record = read_json(path.with_name(f"{path.name}.run.json"))
    return ScoreFiles(
        record=record,
        top=top,
        rows=_read_score_rows(path, [str(key) for key in top["key"]]),
        **_read_pages(path.with_name(f"{path.name}.pages"), record),
    )


def _read_pages(folder: Path, record: dict[str, Any]) -> dict[str, Any]:
    overview = read_json(folder / "overview.json", optional=True)
    if overview is None or overview["run"]["started"] != record["started"]:
        return {}
    try:
        cells = pd.read_parquet(folder / "cells.parquet")
    except (ValueError, OSError) as fault:
        raise _damaged(str(folder / "cells.parquet"), f"is no table ({fault})") from fault
    return {"pages": folder, "overview": overview, "cells": cells}


def _check_score_table(path: Path) -> None:
    _read_bytes(path, 1)
    try:
        is_parquet = path.name.endswith(".parquet")
        columns = read_schema(path).names if is_parquet else pd.read_csv(path, sep="\t", nrows=0).columns
    except (ValueError, OSError) as fault:
        raise _damaged(str(path), f"is no score table ({fault})") from fault
    if "key" not in columns:
        raise _damaged(str(path), "is no score table (it has no column 'key')")


def _read_score_rows(path: Path, keys: list[str]) -> pd.DataFrame:
    try:
        if path.name.endswith(".parquet"):
            return pd.read_parquet(path, filters=[("key", "in", keys)], partitioning=None)
        text = {"variant_id": str, "track_name": str, "assay": str}
        with pd.read_csv(path, sep="\t", dtype=text, keep_default_na=False, chunksize=200_000) as chunks:
            return pd.concat([chunk[chunk["key"].isin(keys)] for chunk in chunks], ignore_index=True)
    except (KeyError, ValueError, OSError) as fault:
        raise _damaged(str(path), f"is no score table ({fault})") from fault


def _read_bytes(path: Path, n_bytes: int = -1) -> bytes:
    try:
        with open(path, "rb") as handle:
            return handle.read(n_bytes)
    except FileNotFoundError as fault:
        raise MissingInputError("E781", str(path), "no such file", "Check the path.") from fault
    except OSError as fault:
        raise MissingInputError("E782", str(path), f"cannot be read ({fault})", "Check it.") from fault


def read_json(path: Path, *, optional: bool = False) -> Any:
    """Read a JSON object; None where it is ``optional`` and not there.

    Raises
    ------
    MissingInputError
        There is no such file, or it cannot be read.
    DataError
        It is damaged.
    """
    if optional and not path.exists():
        return None
    try:
        value = json.loads(_read_bytes(path))
    except ValueError as fault:
        raise _damaged(str(path), "is not JSON") from fault
    if not isinstance(value, dict):
        raise _damaged(str(path), "holds no JSON object")
    return value


def _read_table(path: Path) -> pd.DataFrame:
    _read_bytes(path, 1)
    try:
        table = pd.read_csv(path, sep="\t", dtype=_TEXT, keep_default_na=False, na_values=_NUMBERS)
    except (ValueError, OSError) as fault:
        raise _damaged(str(path), f"is no table ({fault})") from fault
    missing = [name for name in (*_TEXT, *_NUMBERS) if name not in table.columns]
    if missing:
        raise _damaged(str(path), f"has no column {missing[0]!r}")
    return table


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read the arrays of an npz file; raises as :func:`read_json`."""
    _read_bytes(path, 1)
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as fault:
        raise _damaged(str(path), f"holds no arrays ({fault})") from fault


def _damaged(where: str, found: str) -> DataError:
    return DataError("E783", where, found, "Make it again.")
