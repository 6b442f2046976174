"""Find the model that a path means: a training run, or a model folder."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from senformer.core.errors import ConfigError, DataError, MissingInputError
from senformer.model import load_model

_WEIGHTS = "model.safetensors"


def find_model(path: str | os.PathLike) -> Path:
    """Return the model folder of a run (``RUN/model``), or ``path`` itself where it is one.

    Raises
    ------
    MissingInputError
        The path does not exist, or is neither a run with a model nor a model folder.
    DataError
        The run has checkpoints but no finished model.
    """
    path = Path(path)
    if not path.is_dir():
        raise MissingInputError("E703", str(path), "no such folder", "Give a run or a model folder.")
    for folder in (path / "model", path):
        if (folder / _WEIGHTS).is_file():
            return folder
    if (path / "checkpoints").is_dir():
        raise DataError(
            "E705",
            str(path),
            "training has not finished: there are checkpoints but no model folder",
            "Finish it with train --resume.",
        )
    raise MissingInputError(
        "E704",
        str(path),
        f"is neither a run (holds no model/{_WEIGHTS}) nor a model folder (holds no {_WEIGHTS})",
        "Give the --out folder of train, or a folder written by model.save.",
    )


def load_run_model(path: str | os.PathLike, **settings: Any) -> Any:
    """Load the model of a run or of a model folder (:func:`find_model`).

    Parameters
    ----------
    path
        Run or model folder.
    settings
        Passed on to :func:`senformer.load_model`, for instance ``verify=True``.
    """
    return load_model(find_model(path), **settings)


def identify_model(model: Any) -> dict[str, Any]:
    """Return what a model's predictions depend on: its configuration and the SHA-256 of its weights."""
    digest = tensors_sha256(model.state_dict())
    return {"config": model.config.model_dump(mode="json"), "weights_sha256": digest}


def tensors_sha256(tensors: Mapping[str, torch.Tensor]) -> str:
    """Return the SHA-256 of tensors, whatever their order: of names, types, shapes and bytes."""
    digest = hashlib.sha256()
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)};".encode())
        flat = tensor.detach().cpu().contiguous().reshape(-1)
        digest.update(flat.view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def pick_head(model: Any, head: str | None, asked: str = "a genome") -> str:
    """Return ``head``, or the model's only one when it is None.

    Parameters
    ----------
    model, head
        The model, and which of its heads.
    asked
        What the question is about, which gives the model its sequence and nothing else.

    Raises
    ------
    ConfigError
        No such head, or several to choose from; the model reads no sequence.
    """
    _refuse_without_sequence(model, asked)
    known = list(model.config.heads)
    if head is None and len(known) == 1:
        return known[0]
    if head is not None and head in known:
        return head
    found = "has several heads" if head is None else f"has no head {head!r}"
    raise ConfigError("E706", "model", f"{found}; it has: {', '.join(known)}", "Choose one with --head.")


def _refuse_without_sequence(model: Any, asked: str) -> None:
    """Raise where a model reads signals alone, or cannot do without another input."""
    known = getattr(model, "inputs", ("sequence",))
    if "sequence" not in known:
        found = f"{model.name} reads no sequence, but {', '.join(known)}"
        raise ConfigError("E721", "model", found, "Evaluate it on a table (senformer evaluate --data).")
    if needed := getattr(model, "REQUIRED", ()):
        found = f"{model.name} reads {', '.join(needed)} beside the sequence, of which {asked} tells nothing"
        raise ConfigError("E721", "model", found, "Evaluate it on a table (senformer evaluate --data).")
