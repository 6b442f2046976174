"""Published weights: name of a format -> module that offers ``matches(path)`` and ``read(path)``.

``senformer convert`` asks them in this order, unless it is told which one.
"""

from senformer.model.weights import (
    deepbind,
    enformer_pytorch,
    gblinear,
    keras,
    keras_window,
    lsgkm,
    senformer,
    tensorflow,
)
from senformer.model.weights.foreign import Source

SOURCES: dict[str, Source] = {
    "senformer": senformer,
    "lsgkm": lsgkm,
    "tensorflow": tensorflow,
    "keras_window": keras_window,
    "keras": keras,
    "deepbind": deepbind,
    "gblinear": gblinear,
    "enformer_pytorch": enformer_pytorch,
}
