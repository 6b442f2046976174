"""A saved model for fine-tuning to begin at, with weights unlike any that a seed draws."""

from pathlib import Path
from typing import Any

import torch
from tests.train.toy import MODEL, WINDOW_BP, settings

from senformer.model import create_model
from senformer.train import TrainConfig
from senformer.train.finetune.config import FinetuneConfig


def save_model(folder: Path, heads: dict[str, int], seed: int = 8, **changes: Any) -> Path:
    """Save a model of the tiny sizes; all weights are normal, running statistics too."""
    section = {key: value for key, value in {**MODEL, **changes}.items() if key != "name"}
    geometry = {"n_conv_blocks": 6, "window_bp": WINDOW_BP, "crop_bins": 3, **section}
    model = create_model(changes.get("name", MODEL["name"]), **{**geometry, "heads": heads})
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for tensor in model.state_dict().values():
            noise = torch.randn(tensor.shape, generator=generator)
            tensor.copy_(1 + 0.1 * noise.abs() if tensor.ndim == 1 else 0.2 * noise)
    model.save(folder)
    return folder


def finetune(source: Path, **changes: Any) -> FinetuneConfig:
    return FinetuneConfig(**{"from": str(source), **changes})


def tuned(source: Path, finetuning: dict[str, Any] | None = None, **changes: Any) -> TrainConfig:
    """Return the tiny settings of a run that begins at ``source``."""
    return settings(finetune=finetune(source, **(finetuning or {})), **changes)
