"""What a run keeps of the model it began at, so that it goes on where that one is gone."""

import json
import logging
from dataclasses import replace
from pathlib import Path

from senformer.core.commit import write_json
from senformer.core.errors import DataError, MissingInputError
from senformer.model.card import ModelCard
from senformer.model.folder import WEIGHTS, read_name, read_sums
from senformer.predict.source import find_model
from senformer.train.finetune.source import Source, read_source

FILE = "finetune_source.json"

log = logging.getLogger(__name__)


def keep_source(run: Path, source: Source) -> None:
    """Write all that is known of a source but its tensors into a run that has none of it yet."""
    if not (run / FILE).is_file():
        card = source.card.model_dump(mode="json")
        shapes = {key: list(shape) for key, shape in source.shapes.items()}
        write_json(run / FILE, {"name": source.name, "config": source.config, "card": card, "shapes": shapes})


def find_source(path: str, run: Path | None = None) -> Source:
    """Return the source at ``path``, or what ``run``, which is resumed, has kept of it.

    A source whose listed SHA-256 is that of the kept one is not read again; one that is another is, so that
    its difference is named.

    Raises
    ------
    MissingInputError, DataError
        There is no model, and the run has kept none; or a file is damaged.
    """
    if run is None or not (run / FILE).is_file():
        return read_source(path)
    kept = _read(run / FILE, Path(path))
    try:
        folder = find_model(path)
        is_same = read_sums(folder).get(WEIGHTS) == kept.sha256
    except MissingInputError as fault:
        log.warning("%s (the source of fine-tuning): %s; %s has kept what it needs", path, fault.found, run)
        return kept
    # A run that has no checkpoint yet takes the weights from there still.
    return replace(kept, folder=folder) if is_same else read_source(path)


def name_source(path: str, run: Path | None = None) -> str:
    """Return the name of the model at ``path``, or that which ``run`` has kept; no weights are read.

    Raises
    ------
    MissingInputError, DataError
        There is no model, and the run has kept none; or a file is damaged.
    """
    if run is not None and (run / FILE).is_file():
        return _read(run / FILE, Path(path)).name
    return read_name(find_model(path))


def _read(file: Path, folder: Path) -> Source:
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        card = ModelCard.model_validate(values["card"])
        shapes = {key: tuple(shape) for key, shape in values["shapes"].items()}
        return Source(folder, values["name"], values["config"], card, shapes)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        found = f"cannot be read ({fault})"
        raise DataError("E678", str(file), found, "Remove it; the source is then read again.") from fault
