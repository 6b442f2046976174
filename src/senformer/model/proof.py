"""Golden outputs computed again: how far this machine is from the one that saved the model."""

from typing import Any

import torch
from torch import nn

from senformer.core.errors import DataError
from senformer.model.golden import golden_outputs, pattern_digest

_TODO = "Compare this release with the one that saved the model."


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
        The card has no golden outputs, other blocks meet than when it was saved, or a head's outputs
        differ by more than the tolerance.
    """
    golden = model.card.golden
    if not golden:
        raise DataError("E507", where, "the card has no golden outputs", "Save the model again.")
    if golden["pattern_sha256"] != pattern_digest(model):
        raise DataError("E516", where, "other attention blocks are drawn than when it was saved", _TODO)
    outputs = golden_outputs(model, golden["n_bins"])
    heads = {head: _compare(outputs[head], values) for head, values in golden["outputs"].items()}
    tolerance = golden["tolerance"]
    for head, found in heads.items():
        if not found["error"] <= tolerance:
            text = f"golden outputs of head {head!r} differ by {found['error']:.2g}, allowed {tolerance:.2g}"
            raise DataError("E517", where, text, _TODO)
    counts = any(bool(block.attention.out.weight.any()) for block in model.transformer)
    return {"tolerance": tolerance, "attention_counts": counts, "heads": heads}


def _compare(found: list[list[float]], stored: list[list[float]]) -> dict[str, Any]:
    got, want = torch.tensor(found, dtype=torch.float64), torch.tensor(stored, dtype=torch.float64)
    difference = (got - want).abs()
    return {
        "n_values": want.numel(),
        "max_abs_difference": float(difference.max()),
        "error": float((difference / want.abs().clamp(min=1)).max()),
    }
