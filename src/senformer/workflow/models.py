"""What the zoo holds, as plain facts."""

from typing import Any

import torch

from senformer.core.tables import choose
from senformer.model import create_model
from senformer.model.zoo import MODELS


def list_models() -> list[dict[str, Any]]:
    """Return name and one-line summary of every model."""
    return [{"name": name, "summary": entry.summary} for name, entry in MODELS.items()]


def describe_model(name: str) -> dict[str, Any]:
    """Return a model's inputs, outputs, parameter count, source and published defaults."""
    entry = choose(MODELS, name, "model")
    with torch.device("meta"):
        model = create_model(name)
    return {
        "name": name,
        "summary": entry.summary,
        "source": entry.source,
        "input": f"(batch, {model.window_bp}) codes, or (batch, 4, {model.window_bp}) one-hot",
        "output": {
            head: f"(batch, {model.window_bp // model.bin_bp - 2 * model.crop_bins}, {n_tracks})"
            for head, n_tracks in model.config.heads.items()
        },
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        **model.config.model_dump(mode="json"),
    }
