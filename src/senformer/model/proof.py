"""Golden outputs computed again: how far this machine is from the one that saved the model."""

from typing import Any

import torch
from torch import nn

from senformer.core.errors import DataError
from senformer.model.golden import golden_outputs, pattern_digest

_TODO = "Compare this release with the one that saved the model."
_SAVE = "Save the model again."
_KEYS: dict[str, type | tuple[type, ...]] = {
    "n_bins": int,
    "tolerance": (int, float),
    "outputs": dict,
    "pattern_sha256": str,
}


def prove_golden(model: nn.Module, where: str) -> dict[str, Any]:
    """Compute the golden outputs again, on the device that the model is on, and compare.

    Returns
    -------
    ``tolerance``; ``attention_counts``, false where attention adds nothing to these outputs, as in a model
    that was never trained; and for each head of ``heads`` the number of values compared, their largest
    absolute difference, and the largest one as the tolerance counts it (absolute below one, relative
    above).

    Raises
    ------
    DataError
        The card has no golden outputs, or not those of this model's heads; other blocks meet than when it
        was saved; or a head's outputs differ by more than the tolerance.
    """
    golden = model.card.golden
    if not golden:
        raise DataError("E507", where, "the card has no golden outputs", _SAVE)
    _check_keys(golden, model.FEWEST_GOLDEN_BINS, where)
    if golden["pattern_sha256"] != pattern_digest(model):
        raise DataError("E516", where, "other attention blocks are drawn than when it was saved", _TODO)
    outputs = golden_outputs(model, golden["n_bins"])
    _check_outputs(golden["outputs"], outputs, where)
    heads = {head: _compare(outputs[head], values) for head, values in golden["outputs"].items()}
    tolerance = golden["tolerance"]
    for head, found in heads.items():
        if not found["error"] <= tolerance:
            text = f"golden outputs of head {head!r} differ by {found['error']:.2g}, allowed {tolerance:.2g}"
            raise DataError("E517", where, text, _TODO)
    attentions = list(model.attentions)
    counts = not attentions or any(bool(attention.out.weight.any()) for attention in attentions)
    return {"tolerance": tolerance, "attention_counts": counts, "heads": heads}


def _check_keys(golden: dict[str, Any], fewest: int, where: str) -> None:
    for key, kinds in _KEYS.items():
        if not isinstance(golden.get(key), kinds) or isinstance(golden[key], bool):
            what = f"{key} {golden[key]!r}" if key in golden else f"no {key}"
            raise DataError("E534", where, f"golden outputs in the card have {what}", _SAVE)
    if golden["n_bins"] < fewest:
        found = f"golden outputs in the card are of {golden['n_bins']} bins, at least {fewest} are read"
        raise DataError("E534", where, found, _SAVE)


def _check_outputs(stored: dict[str, Any], found: dict[str, Any], where: str) -> None:
    """Raise unless every head has as many rows and values as are compared, all of them numbers."""
    if stored.keys() != found.keys():
        heads = f"{sorted(stored)}, the model has {sorted(found)}"
        raise DataError("E534", where, f"golden outputs in the card are of the heads {heads}", _SAVE)
    for head, rows in found.items():
        n_rows, n_values = len(rows), len(rows[0])
        if not _is_table(stored[head], n_rows, n_values):
            text = f"golden outputs of head {head!r} in the card are not {n_rows} rows of {n_values} numbers"
            raise DataError("E534", where, text, _SAVE)


def _is_table(value: Any, n_rows: int, n_values: int) -> bool:
    return (
        isinstance(value, list)
        and len(value) == n_rows
        and all(isinstance(row, list) and len(row) == n_values for row in value)
        and all(type(number) in (int, float) for row in value for number in row)
    )


def _compare(found: list[list[float]], stored: list[list[float]]) -> dict[str, Any]:
    got, want = torch.tensor(found, dtype=torch.float64), torch.tensor(stored, dtype=torch.float64)
    difference = (got - want).abs()
    return {
        "n_values": want.numel(),
        "max_abs_difference": float(difference.max()),
        "error": float((difference / want.abs().clamp(min=1)).max()),
    }
