"""The ``config.json`` of enformer-pytorch: checked against the tensors, read for what they do not tell."""

import json
from pathlib import Path
from typing import Any

from senformer.core.errors import DataError

FILE = "config.json"
# Its key, ours, and what is to be added to ours.
_SIZES = {
    "dim": ("channels", 0),
    "depth": ("n_layers", 0),
    "heads": ("n_heads", 0),
    "attn_dim_key": ("key_size", 0),
    "num_downsamples": ("n_conv_blocks", 1),
    "output_heads": ("heads", 0),
}
_RATES = {
    "dropout_rate": "dropout",
    "attn_dropout": "attention_dropout",
    "pos_dropout": "position_dropout",
}
_TARGET_LENGTH = "target_length"


def find_config(path: Path) -> Path | None:
    """Return the configuration in a folder, or beside a file; None where there is none."""
    file = (path if path.is_dir() else path.parent) / FILE
    return file if file.is_file() else None


def read_config(file: Path, must_be: bool) -> dict[str, Any]:
    """Return the configuration; empty where it is another program's and need not be this one's.

    Raises
    ------
    DataError
        It is damaged, must be an Enformer's and is not, or its ``target_length`` is no number of bins.
    """
    try:
        values = json.loads(file.read_bytes())
    except ValueError as fault:
        raise DataError("E545", str(file), f"is not valid JSON ({fault})", "Copy it again.") from fault
    if isinstance(values, dict) and (
        values.get("model_type") == "enformer" or {"dim", "depth"} <= set(values)
    ):
        _check_target_length(file, values.get(_TARGET_LENGTH, -1))
        return values
    if not must_be:
        return {}
    kind = values.get("model_type") if isinstance(values, dict) else None
    found = f"is of model_type {kind!r}" if kind else "has neither model_type 'enformer' nor dim and depth"
    raise DataError("E545", str(file), found, "Give an Enformer's folder.")


def _check_target_length(file: Path, kept: Any) -> None:
    if type(kept) is not int or (kept < 1 and kept != -1):
        found = f"has {_TARGET_LENGTH} {kept!r}, not -1 or a whole number of bins"
        raise DataError("E545", str(file), found, "Give the number of bins that the model keeps.")


def check_sizes(where: str, config: dict[str, Any], sizes: dict[str, Any]) -> None:
    """Raise a DataError where the configuration and the tensors' sizes disagree."""
    for key, (ours, more) in _SIZES.items():
        if key not in config or ours not in sizes:
            continue
        found = sizes[ours] if ours == "heads" else sizes[ours] + more
        if config[key] != found:
            raise DataError(
                "E546",
                where,
                f"says {key} {config[key]}, the tensors have {found}",
                "Give files of one model.",
            )


def settings_of(config: dict[str, Any]) -> dict[str, Any]:
    """Return the keys of ours that tensors do not tell."""
    rates = {ours: config[key] for key, ours in _RATES.items() if key in config}
    return rates | ({"crop_bins": 0} if config.get(_TARGET_LENGTH) == -1 else {})


def kept_bins(config: dict[str, Any], default: int) -> int | None:
    """Return the bins that are kept of any window; None where nothing is cropped."""
    kept: int = config.get(_TARGET_LENGTH, default)
    return None if kept == -1 else kept
