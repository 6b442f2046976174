"""How attention under a pattern is computed: name -> backend. All of them give the same values."""

from senformer.model.attention.backends.base import Backend
from senformer.model.attention.backends.flex import FlexBackend
from senformer.model.attention.backends.masked import MaskedBackend
from senformer.model.attention.backends.tiles import TilesBackend

BACKENDS: dict[str, Backend] = {
    "flex": FlexBackend(),
    "masked": MaskedBackend(),
    "tiles": TilesBackend(),
}
