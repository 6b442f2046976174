"""Ways to score insertions and deletions: one file each, one line each in ``INDELS``."""

from senformer.variants.indel import IndelPlace, Indels
from senformer.variants.indels.align import ALIGN
from senformer.variants.indels.shift import SHIFT
from senformer.variants.indels.words import WORDS

INDELS: dict[str, Indels] = {
    "shift": SHIFT,
    "align": ALIGN,
    "words": WORDS,
}

__all__ = ["INDELS", "IndelPlace", "Indels"]
