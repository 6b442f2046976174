"""Strand pairs of a model's tracks: which column becomes which on the other strand."""

from typing import Any

import numpy as np
from jaxtyping import Int

from senformer.core.errors import DataError


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
