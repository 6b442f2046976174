"""Types of configuration keys that several models share, each with its own check."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, SerializeAsAny
from torch import nn

from senformer.core.config import parse
from senformer.core.tables import choose
from senformer.model.attention import ATTENTIONS
from senformer.model.attention.blocks import AttentionConfig
from senformer.model.positions import POSITIONS


def _attention_of_kind(value: Any) -> Any:
    if isinstance(value, str):
        value = {"kind": value}
    if not isinstance(value, dict):
        return value
    kind = choose(ATTENTIONS, value.get("kind", "dense"), "attention")
    return parse(kind.config_class, value, "model.attention")


def _known_positions(value: str) -> str:
    choose(POSITIONS, value, "positions")
    return value


def _named_heads(value: dict[str, int]) -> dict[str, int]:
    for name, n_tracks in value.items():
        if n_tracks < 1 or not re.fullmatch(r"[\w-]+", name) or hasattr(nn.ModuleDict, name):
            raise ValueError(
                f"head {name!r} of {n_tracks} tracks: a name has letters, digits, _ and - and is no "
                "word of torch's; a head has at least one track"
            )
    return value


# ``kind`` and that kind's own keys.
Attention = Annotated[SerializeAsAny[AttentionConfig], BeforeValidator(_attention_of_kind)]
# A row of POSITIONS.
Positions = Annotated[str, AfterValidator(_known_positions)]
# Number of tracks of each head, by organism.
Heads = Annotated[dict[str, int], AfterValidator(_named_heads)]


def dense_attention() -> AttentionConfig:
    """Return the configuration of dense attention, the default of every model that names none."""
    return ATTENTIONS["dense"].config_class(kind="dense")
