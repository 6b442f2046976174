"""A saved model is a folder: ``config.json``, ``model.safetensors``, ``card.json``. Never a pickle.

``SHA256SUMS``, which coreutils' ``sha256sum --check`` reads too, proves every byte of them, and the card says
that it is there. Folders of release 0.1.0 have none; of these only the weights are proven, by the card.

The only module of this layer that touches files; it knows nothing of networks.
"""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from senformer.core.commit import commit_folder, restore_folder, sha256, write_json, write_text
from senformer.core.errors import DataError, MissingInputError
from senformer.core.tensor_file import save_tensors
from senformer.model.card import ModelCard

FORMAT = 1
CONFIG, WEIGHTS, CARD = "config.json", "model.safetensors", "card.json"
SUMS = "SHA256SUMS"
_AGAIN = "Copy the model again."


@dataclass(frozen=True)
class SavedModel:
    """What a folder holds: the model's row in ``MODELS``, its configuration, card and tensors."""

    name: str
    config: dict[str, Any]
    card: ModelCard
    tensors: dict[str, Tensor]


def write_folder(path: str | os.PathLike, saved: SavedModel) -> None:
    """Write a model folder in one step, with the SHA-256 of every file."""

    def write(folder: Path) -> None:
        save_tensors(saved.tensors, folder / WEIGHTS)
        card = saved.card.model_copy(update={"sha256": sha256(folder / WEIGHTS), "has_sums": True})
        write_json(folder / CONFIG, {"format": FORMAT, "name": saved.name, "config": saved.config})
        write_json(folder / CARD, card.model_dump(mode="json"))
        # Who may read the other files may read the weights; safetensors makes them the owner's alone.
        (folder / WEIGHTS).chmod((folder / CARD).stat().st_mode & 0o777)
        digests = {CARD: sha256(folder / CARD), CONFIG: sha256(folder / CONFIG), WEIGHTS: card.sha256}
        write_text(folder / SUMS, _sums(digests))

    commit_folder(path, write)


def read_folder(path: str | os.PathLike, device: str | torch.device = "cpu") -> SavedModel:
    """Read a model folder, every file checked against its SHA-256.

    Raises
    ------
    MissingInputError
        The folder or one of its files is missing.
    DataError
        A file is damaged, the format is another release's, or the card promises sums that are gone.
    """
    path = Path(path)
    restore_folder(path)
    for name in (CONFIG, WEIGHTS, CARD):
        if not (path / name).is_file():
            raise MissingInputError("E501", str(path / name), "no such file", "Give a saved model's folder.")
    digests = read_sums(path)
    record = _read_json(path / CONFIG)
    _check_record(path / CONFIG, record)
    card = _read_card(path / CARD)
    if card.has_sums and not digests:
        raise DataError("E548", str(path / SUMS), "is missing, and the card says that it was written", _AGAIN)
    if digests and digests[WEIGHTS] != card.sha256:
        raise _changed(path / WEIGHTS, card.sha256, digests[WEIGHTS])
    tensors = _read_weights(path / WEIGHTS, card.sha256, device)
    return SavedModel(record["name"], record["config"], card, tensors)


def read_name(path: Path) -> str:
    """Return the name of a saved model; only ``config.json`` is read.

    Raises
    ------
    MissingInputError, DataError
        The file is missing or damaged.
    """
    if not (path / CONFIG).is_file():
        raise MissingInputError("E501", str(path / CONFIG), "no such file", "Give a saved model's folder.")
    record = _read_json(path / CONFIG)
    _check_record(path / CONFIG, record)
    return record["name"]


def _sums(digests: dict[str, str]) -> str:
    return "".join(f"{digest}  {name}\n" for name, digest in digests.items())


def read_sums(path: Path) -> dict[str, str]:
    """Return each file's stored SHA-256, the small files proven by it; empty where none is stored.

    Raises
    ------
    DataError
        A small file has another SHA-256, or the list is damaged.
    """
    file = path / SUMS
    if not file.is_file():
        return {}
    names = (CARD, CONFIG, WEIGHTS)
    text = file.read_bytes().decode("utf-8", errors="replace")
    match = re.fullmatch("".join(rf"([0-9a-f]{{64}})  {re.escape(name)}\n" for name in names), text)
    if match is None:
        found = f"is damaged: it lists other than {', '.join(names)}"
        raise DataError("E548", str(file), found, _AGAIN)
    digests = dict(zip(names, match.groups(), strict=True))
    for name in (CONFIG, CARD):
        if sha256(path / name) != digests[name]:
            raise _changed(path / name, sha256(path / name), digests[name])
    return digests


def _changed(path: Path, found: str, stored: str) -> DataError:
    return DataError(
        "E549",
        str(path),
        f"is damaged or was changed: its SHA-256 is {found}, {SUMS} says {stored}",
        "Copy the model again; to change it, load it and save it.",
    )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as fault:
        raise DataError("E502", str(path), f"is not valid JSON ({fault})", _AGAIN) from fault
    if not isinstance(value, dict):
        raise DataError("E502", str(path), "holds no JSON object", _AGAIN)
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
            _AGAIN,
        )


def _read_card(path: Path) -> ModelCard:
    values = _read_json(path)
    try:
        return ModelCard.model_validate(values)
    except ValidationError as fault:
        first = fault.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise DataError("E502", str(path), f"{field}: {first['msg']}", _AGAIN) from fault


def _read_weights(path: Path, digest: str, device: str | torch.device) -> dict[str, Tensor]:
    found = sha256(path)
    if found != digest:
        raise DataError(
            "E504",
            str(path),
            f"is damaged: its SHA-256 is {found}, the card says {digest}",
            _AGAIN,
        )
    try:
        return load_file(path, device=str(device))
    except SafetensorError as fault:
        raise DataError("E508", str(path), f"is no safetensors file ({fault})", "Copy it again.") from fault
