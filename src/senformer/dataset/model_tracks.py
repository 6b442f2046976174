"""The tracks of a dataset without measurements: those that a finished model predicts (``tracks_from``).

Its targets are a model's predictions, made while another is trained on them or held against them; none is
stored.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from senformer.core.config import nearest
from senformer.core.errors import ConfigError, DataError, MissingInputError
from senformer.dataset.manifest import read_json
from senformer.tracks.table import Track, strand_permutation

_CARD = "card.json"
_NO_FILE = Path("unmeasured")
_KNOWN = {field.name for field in dataclasses.fields(Track)} - {"index", "path"}


def find_card(path: str | Path) -> Path:
    """Return the card of a run's model, or of a model folder.

    Raises
    ------
    MissingInputError
        There is none.
    """
    for card in (Path(path) / "model" / _CARD, Path(path) / _CARD):
        if card.is_file():
            return card
    found = f"is neither a finished run nor a model folder (holds no {_CARD})"
    raise MissingInputError("E693", str(path), found, "Give a finished run or a model folder.")


def model_tracks(path: str | Path, organism: str, bin_bp: int) -> list[Track]:
    """Return the tracks of a model's head, with their scaling; they have no files.

    Raises
    ------
    MissingInputError
        There is no model.
    ConfigError
        It has no head of that name, or bins of another size.
    DataError
        Its card lists no tracks, names two alike, or pairs one with a track that it lacks.
    """
    card = find_card(path)
    facts = read_json(card)
    heads, own_bp = facts.get("heads"), facts.get("bin_bp")
    if not isinstance(heads, Mapping):
        raise DataError("E694", str(card), "lists no heads", "Save the model again.")
    if organism not in heads:
        found = f"no head of {card} is called {organism!r}"
        raise ConfigError("E695", "dataset.organism", found, nearest(organism, heads))
    if own_bp != bin_bp:
        found = f"is {bin_bp}, but the bins of {card} have {own_bp} bp"
        raise ConfigError("E695", "dataset.bin_bp", found, f"Set bin_bp: {own_bp}.")
    tracks = [_track(record, index) for index, record in enumerate(heads[organism])]
    names = [track.name for track in tracks]
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled is not None or not names:
        found = f"head {organism!r} has " + (f"two tracks {doubled!r}" if names else "no tracks")
        raise DataError("E694", str(card), found, "Name the tracks in card.json, each by a name of its own.")
    try:
        strand_permutation(tracks)
    except ValueError as fault:
        raise DataError("E694", str(card), str(fault), "Mend strand_pair in card.json.") from fault
    return tracks


def _track(record: Mapping[str, Any], index: int) -> Track:
    known = {key: value for key, value in record.items() if key in _KNOWN}
    return Track(**{"name": f"track_{index}", **known, "index": index, "path": _NO_FILE})
