"""A saved model is a folder: ``config.json``, ``model.safetensors``, ``card.json``. Never a pickle.

The only module of this layer that touches files; it knows nothing of networks.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from senformer.core.commit import commit_folder, restore_folder, sha256, write_json
from senformer.core.errors import DataError, MissingInputError
from senformer.model.card import ModelCard

FORMAT = 1
CONFIG, WEIGHTS, CARD = "config.json", "model.safetensors", "card.json"


@dataclass(frozen=True)
class SavedModel:
    """What a folder holds: the model's row in ``MODELS``, its configuration, card and tensors."""

    name: str
    config: dict[str, Any]
    card: ModelCard
    tensors: dict[str, Tensor]


def write_folder(path: str | os.PathLike, saved: SavedModel) -> None:
    """Write a model folder in one step; its card gets the SHA-256 of the weights."""

    def write(folder: Path) -> None:
        tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in saved.tensors.items()}
        save_file(tensors, folder / WEIGHTS)
        card = saved.card.model_copy(update={"sha256": sha256(folder / WEIGHTS)})
        write_json(folder / CONFIG, {"format": FORMAT, "name": saved.name, "config": saved.config})
        write_json(folder / CARD, card.model_dump(mode="json"))

    commit_folder(path, write)


def read_folder(path: str | os.PathLike, device: str | torch.device = "cpu") -> SavedModel:
    """Read a model folder, its weights checked against the card's SHA-256.

    Raises
    ------
    MissingInputError
        The folder or one of its files is missing.
    DataError
        A file is damaged, or the format is another release's.
    """
    path = Path(path)
    restore_folder(path)
    for name in (CONFIG, WEIGHTS, CARD):
        if not (path / name).is_file():
            raise MissingInputError("E501", str(path / name), "no such file", "Give a saved model's folder.")
    record = _read_json(path / CONFIG)
    _check_record(path / CONFIG, record)
    card = _read_card(path / CARD)
    tensors = _read_weights(path / WEIGHTS, card.sha256, device)
    return SavedModel(record["name"], record["config"], card, tensors)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as fault:
        raise DataError("E502", str(path), f"is not valid JSON ({fault})", "Copy the model again.") from fault
    if not isinstance(value, dict):
        raise DataError("E502", str(path), "holds no JSON object", "Copy the model again.")
    return value


def _check_record(path: Path, record: dict[str, Any]) -> None:
    if record.get("format", FORMAT) != FORMAT:
        raise DataError(
            "E503",
            str(path),
            f"has format {record['format']!r}, this release reads format {FORMAT}",
            "Use the release that wrote it, or a newer one.",
        )
    kinds = {"format": int, "name": str, "config": dict}
    if set(record) != set(kinds) or not all(isinstance(record[key], kind) for key, kind in kinds.items()):
        raise DataError(
            "E502",
            str(path),
            f"holds the keys {sorted(record)}, not {sorted(kinds)}",
            "Copy the model again.",
        )


def _read_card(path: Path) -> ModelCard:
    values = _read_json(path)
    try:
        return ModelCard.model_validate(values)
    except ValidationError as fault:
        first = fault.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise DataError("E502", str(path), f"{field}: {first['msg']}", "Copy the model again.") from fault


def _read_weights(path: Path, digest: str, device: str | torch.device) -> dict[str, Tensor]:
    found = sha256(path)
    if found != digest:
        raise DataError(
            "E504",
            str(path),
            f"is damaged: its SHA-256 is {found}, the card says {digest}",
            "Copy the model again.",
        )
    try:
        return load_file(path, device=str(device))
    except SafetensorError as fault:
        raise DataError("E508", str(path), f"is no safetensors file ({fault})", "Copy it again.") from fault
