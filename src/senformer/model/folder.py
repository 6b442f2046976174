"""A saved model is a folder: ``config.json``, ``model.safetensors``, ``card.json``. Never a pickle.

The only module of this layer that touches files.
"""

import json
import os
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from senformer.core.commit import commit_folder, sha256, write_json
from senformer.core.config import parse
from senformer.core.errors import DataError, MissingInputError
from senformer.core.tables import choose
from senformer.model.card import ModelCard
from senformer.model.golden import check_golden, make_golden
from senformer.model.network import Enformer
from senformer.model.zoo import MODELS

FORMAT = 1
CONFIG, WEIGHTS, CARD = "config.json", "model.safetensors", "card.json"


def save_model(model: Enformer, path: str | os.PathLike) -> None:
    """Write ``model`` to the folder ``path``, in one step.

    The card gets the SHA-256 of the weights and golden outputs.
    """
    golden = make_golden(model)

    def write(folder: Path) -> None:
        tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
        save_file(tensors, folder / WEIGHTS)
        facts = model.card.model_dump() | {"golden": golden, "sha256": sha256(folder / WEIGHTS)}
        config = model.config.model_dump(mode="json")
        write_json(folder / CONFIG, {"format": FORMAT, "name": model.name, "config": config})
        write_json(folder / CARD, facts)

    commit_folder(path, write)


def load_model(
    path: str | os.PathLike, map_location: str | torch.device = "cpu", *, verify: bool = False
) -> Enformer:
    """Return the model saved at ``path``, in evaluation mode.

    Parameters
    ----------
    path
        A folder that ``model.save`` wrote.
    map_location
        The device to put it on.
    verify
        Compute the card's golden outputs again and compare.

    Raises
    ------
    MissingInputError
        The folder or one of its files is missing.
    DataError
        A file is damaged, of a newer format, or the tensors are not those of the configuration; with
        ``verify``, this machine computes other outputs.
    """
    path = Path(path)
    for name in (CONFIG, WEIGHTS, CARD):
        if not (path / name).is_file():
            raise MissingInputError("E501", str(path / name), "no such file", "Give a saved model's folder.")
    record = _read_json(path / CONFIG)
    _check_format(path / CONFIG, record)
    kind = choose(MODELS, record["name"], "model")
    config = parse(kind.config_class, record["config"], str(path / CONFIG))
    card = _read_card(path / CARD)
    with torch.device("meta"):
        model = kind.build(record["name"], config)
    _assign(model, _read_weights(path / WEIGHTS, card.sha256, map_location), path / WEIGHTS)
    model.card = card
    model.eval()
    if verify:
        check_golden(model, str(path))
    return model


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as fault:
        raise DataError("E502", str(path), f"is not valid JSON ({fault})", "Copy the model again.") from fault
    if not isinstance(value, dict):
        raise DataError("E502", str(path), "holds no JSON object", "Copy the model again.")
    return value


def _check_format(path: Path, record: dict[str, Any]) -> None:
    if set(record) != {"format", "name", "config"}:
        raise DataError("E502", str(path), f"holds the keys {sorted(record)}", "Give a saved model's folder.")
    if record["format"] != FORMAT:
        raise DataError(
            "E503",
            str(path),
            f"has format {record['format']!r}, this release reads {FORMAT}",
            "Install a newer senformer.",
        )


def _read_card(path: Path) -> ModelCard:
    try:
        return ModelCard.model_validate(_read_json(path))
    except ValidationError as fault:
        first = fault.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise DataError("E502", str(path), f"{field}: {first['msg']}", "Copy the model again.") from fault


def _read_weights(path: Path, digest: str, device: str | torch.device) -> dict[str, Tensor]:
    found = sha256(path)
    if found != digest:
        raise DataError(
            "E504", str(path), f"is damaged: SHA-256 {found}, the card has {digest}", "Copy the model again."
        )
    try:
        return load_file(path, device=str(device))
    except SafetensorError as fault:
        raise DataError("E508", str(path), f"is no safetensors file ({fault})", "Copy it again.") from fault


def _assign(model: Enformer, tensors: dict[str, Tensor], path: Path) -> None:
    """Give a model on the meta device its tensors, checked by name and shape."""
    wanted = model.state_dict()
    for name in wanted:
        if name not in tensors:
            raise DataError("E506", str(path), f"tensor {name!r} is missing", "Save the model again.")
    for name, tensor in tensors.items():
        if name not in wanted:
            raise DataError("E506", str(path), f"tensor {name!r} is not in the model", "Check config.json.")
        if tensor.shape != wanted[name].shape:
            raise DataError(
                "E505",
                str(path),
                f"tensor {name!r} has shape {tuple(tensor.shape)}, the model's is {tuple(wanted[name].shape)}",
                "Check config.json.",
            )
    model.load_state_dict(tensors, assign=True)
