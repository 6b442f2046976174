"""Finds how the datasets of a page, and the models that runs began at, were made.

By their own records, where they still lie and are the same.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from senformer.core.errors import SenformerError
from senformer.core.provenance import FILE, describe_input
from senformer.report.inputs import read_json


def read_builds(records: Iterable[dict[str, Any] | None]) -> dict[str, dict[str, Any] | None]:
    """Return the run record of all that runs of ``train`` and ``evaluate`` were made from, by its path.

    That is every dataset, and the model that a run began at with what that was made from, which comes before.
    None stands for one whose record cannot be read, or that is another one by now.

    Parameters
    ----------
    records
        Run records; paths in them are relative to the working directory.
    """
    found: dict[str, dict[str, Any] | None] = {}
    for record in records:
        if record is not None:
            _add(record, found)
    return found


def _add(record: dict[str, Any], found: dict[str, dict[str, Any] | None]) -> None:
    for item in _made_inputs(record):
        if item.get("path") and item["path"] not in found:
            made_by = _record(item)
            if made_by is not None:
                _add(made_by, found)
            found[item["path"]] = made_by


def _made_inputs(record: dict[str, Any]) -> list[dict[str, Any]]:
    inputs = record.get("inputs") or {}
    if record.get("command") == "train":
        return list(inputs.values())
    return [inputs["dataset"]] if record.get("command") == "evaluate" and "dataset" in inputs else []


def _record(item: dict[str, Any]) -> dict[str, Any] | None:
    path = Path(item["path"])
    # Weights are RUN/model/model.safetensors, and what made them is told of in RUN.
    folder = path.parent.parent if path.is_file() else path
    try:
        record = read_json(folder / FILE)
        is_same = describe_input(path) == item
    except (SenformerError, OSError):  # the page says that there is none
        return None
    is_made_by_it = path.is_dir() or record.get("command") == "train"
    return record if is_same and is_made_by_it and "command_line" in record else None
