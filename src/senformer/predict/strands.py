"""Strands: which a model is predicted on, and which track becomes which on the other one."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int

from senformer.core.errors import ConfigError, DataError
from senformer.model.folder import CARD
from senformer.predict.source import find_model


def card_permutation(model: Any, head: str) -> Int[np.ndarray, " track"]:
    """Return, for each track of ``head``, the column of its partner on the other strand.

    A track that is no half of a pair, and every track of a head whose card lists none, is its own
    partner.

    Raises
    ------
    DataError
        The card lists another number of tracks, or two tracks are not each other's partners.
    """
    own = np.arange(model.config.heads[head])
    tracks = card_tracks(model, head)
    if not tracks:
        return own
    pairs = np.array([track["strand_pair"] for track in tracks], dtype=np.int64)
    if len(pairs) != len(own):
        found = f"lists {len(pairs)} tracks, the model has {len(own)}"
        raise DataError("E716", f"card of head {head!r}", found, "Mend card.json.")
    inside = (pairs >= 0) & (pairs < len(own))
    bad = ~inside | (pairs[np.where(inside, pairs, 0)] != own)
    if bad.any():
        first = int(np.argmax(bad))
        found = f"track {tracks[first]['name']!r} has strand_pair {pairs[first]}, which does not point back"
        raise DataError("E717", f"card of head {head!r}", found, "Mend card.json.")
    return pairs


def card_tracks(model: Any, head: str) -> list[dict[str, Any]]:
    """Return the records of the tracks of ``head`` in the model's card, in column order."""
    return list((getattr(model.card, "heads", None) or {}).get(head, []))


def common_strands(runs: Sequence[Path], asked: str | None) -> str:
    """Return which strands are averaged: those asked for, or those of the models' cards.

    Parameters
    ----------
    runs
        Run or model folders.
    asked
        ``both``, ``forward``, or None.

    Raises
    ------
    MissingInputError, DataError
        There is no such model.
    ConfigError
        The cards disagree (E777).
    """
    if asked is not None:
        return asked
    found = {run: _strands_of(find_model(run) / CARD) for run in runs}
    first, *others = found
    for other in others:
        if found[other] != found[first]:
            told = f"is predicted on {_NAMES[found[other]]} by default, and {first} on {_NAMES[found[first]]}"
            raise ConfigError("E777", str(other), told, "Give --strands both or --strands forward.")
    return found[first]


_NAMES = {"both": "both strands", "forward": "the forward strand"}


def _strands_of(card: Path) -> str:
    try:
        return json.loads(card.read_text(encoding="utf-8")).get("strands", "both")
    except (OSError, ValueError, AttributeError):
        return "both"  # loading the model will tell what is missing or damaged
