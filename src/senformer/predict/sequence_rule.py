"""How sequences of any length come to lie in a model's window: as the rows of a table do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from senformer.core.tables import choose
from senformer.dataset.table.config import Flanks
from senformer.model.card import trainings

PADS = {
    "center": "N on both sides",
    "left": "N on the left",
    "right": "N on the right",
}
TOO_LONG = {"error": "a sequence longer than the window is refused", "crop": "it loses bases at both ends"}


@dataclass(frozen=True)
class SequenceRule:
    """What the configuration of a table says of its sequences.

    Attributes
    ----------
    window_bp
        Bases of the window.
    pad
        Where a shorter sequence is padded, of ``PADS``.
    flanks
        Constant bases beside every sequence, which come before N.
    too_long
        Of ``TOO_LONG``.
    """

    window_bp: int
    pad: str = "center"
    flanks: Flanks = field(default_factory=Flanks)
    too_long: str = "error"


def sequence_rule(model: Any, head: str, pad: str | None = None, too_long: str = "error") -> SequenceRule:
    """Return how sequences lie in a model's window: as in the table that a head was trained on.

    Parameters
    ----------
    model, head
        The model, and which of its heads. Where its card does not tell of a table, sequences are in the
        middle of N.
    pad, too_long
        Of ``PADS`` and ``TOO_LONG``; ``pad`` by default as in training.

    Raises
    ------
    ConfigError
        ``pad`` or ``too_long`` is no choice.
    """
    choose(TOO_LONG, too_long, "too_long")
    if pad is not None:
        choose(PADS, pad, "pad")
    laid = _laid(model, head)
    flanks = Flanks(**laid.get("flanks", {}))
    return SequenceRule(model.window_bp, pad or laid.get("pad", "center"), flanks, too_long)


def _laid(model: Any, head: str) -> Mapping[str, Any]:
    """Return what the card tells of the sequences that a head was trained on; of a kept one, long ago."""
    for training in trainings(model.card.training):
        if entry := (training.get("datasets") or {}).get(head):
            return entry.get("laid") or {}
    return {}
