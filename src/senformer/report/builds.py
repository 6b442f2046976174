"""Finds how the datasets of a page were built: their own records, where they still lie and are the same."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from senformer.core.errors import SenformerError
from senformer.core.provenance import FILE, describe_input
from senformer.report.inputs import read_json


def read_builds(records: Iterable[dict[str, Any] | None]) -> dict[str, dict[str, Any] | None]:
    """Return the run record of every dataset that runs of ``train`` and ``evaluate`` read, by its path.

    None stands for a dataset whose record cannot be read, or that is another one by now.

    Parameters
    ----------
    records
        Run records; paths in them are relative to the working directory.
    """
    inputs = [item for record in records if record is not None for item in _datasets(record)]
    return {item["path"]: _build(item) for item in inputs if item.get("path")}


def _datasets(record: dict[str, Any]) -> list[dict[str, Any]]:
    inputs = record.get("inputs") or {}
    if record.get("command") == "train":
        return list(inputs.values())
    return [inputs["dataset"]] if record.get("command") == "evaluate" and "dataset" in inputs else []


def _build(item: dict[str, Any]) -> dict[str, Any] | None:
    folder = Path(item["path"])
    try:
        record = read_json(folder / FILE)
        is_same = describe_input(folder) == item
    except (SenformerError, OSError):  # the page says that there is none
        return None
    return record if is_same and "command_line" in record else None
