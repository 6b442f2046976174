"""The finished model of a run: chosen weights, a card that says what they were trained on."""

import importlib.metadata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import nn

from senformer.core.commit import commit_folder, sha256
from senformer.dataset.store import Dataset
from senformer.train.checkpoint import State, load_weights
from senformer.train.config import TrainConfig

MODEL = "model"


def exported_step(state: State, config: TrainConfig) -> int:
    """Return the step whose weights become the model: the best validation's, or the last."""
    if config.export == "last" or state.best is None:
        return state.step
    return int(state.best["step"])


def export_model(
    model: nn.Module,
    out: Path,
    state: State,
    config: TrainConfig,
    datasets: Mapping[str, Dataset],
) -> dict[str, Any]:
    """Write ``RUN/model`` and return what the closing record says about it."""
    step = exported_step(state, config)
    load_weights(model, out, step)
    model.eval()
    commit_folder(out / MODEL, lambda folder: model.save(folder))
    return {"exported_step": step, "model_sha256": sha256(out / MODEL / "model.safetensors")}
