"""Published weights: name of a format -> module that offers ``matches(path)`` and ``read(path)``.

``senformer convert`` asks them in this order, unless it is told which one.
"""

from senformer.model.weights import keras
from senformer.model.weights.foreign import Source

SOURCES: dict[str, Source] = {"keras": keras}
