"""Strand pairs of a model's tracks: which column becomes which on the other strand."""

from typing import Any

import numpy as np
from jaxtyping import Int


def card_permutation(model: Any, head: str) -> Int[np.ndarray, " track"]:
    """Return, for each track of ``head``, the column of its partner on the other strand.

    A track that is no half of a pair, and every track of a head whose card lists none, is its own
    partner.
    """
    n_tracks = model.config.heads[head]
    tracks = card_tracks(model, head)
    if not tracks:
        return np.arange(n_tracks)
    return np.array([track["strand_pair"] for track in tracks], dtype=np.int64)


def card_tracks(model: Any, head: str) -> list[dict[str, Any]]:
    """Return the records of the tracks of ``head`` in the model's card, in column order."""
    return list((getattr(model.card, "heads", None) or {}).get(head, []))
