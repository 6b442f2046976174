"""Short keys of long texts: equal texts have equal keys, so that repeats among millions of rows are found."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Bool, Int64

from senformer.dataset.table.chunk import flat

_TURN = bytes.maketrans(b"ACGTRYSWKMBDHVN", b"TGCAYRSWMKVHDBN")


def text_keys(texts: Iterable[str]) -> Int64[np.ndarray, " text"]:
    """Return a 64-bit hash of every text; two texts among a million share one once in 37 million times."""
    return _hash(list(texts))


def sequence_keys(columns: Sequence[pa.Array]) -> Int64[np.ndarray, " row"]:
    """Return a key of every row's sequences, the same for their reverse complements and in either case.

    Parameters
    ----------
    columns
        One column of sequences or several, of the same rows; those of a row are turned round together.
    """
    forward = [pc.ascii_upper(column) for column in columns]
    backward = [_turned(column) for column in forward]
    return _hash(pc.min_element_wise(_joined(forward), _joined(backward)).to_pylist())


def find_keys(
    known: Int64[np.ndarray, " known"], wanted: Int64[np.ndarray, " key"]
) -> tuple[Int64[np.ndarray, " key"], Bool[np.ndarray, " key"]]:
    """Return where each key stands among the sorted ones, and whether it does at all."""
    place = np.searchsorted(known, wanted).clip(max=len(known) - 1)
    return place, known[place] == wanted


def _joined(columns: Sequence[pa.Array]) -> pa.Array:
    return columns[0] if len(columns) == 1 else pc.binary_join_element_wise(*columns, "|")


def _turned(column: pa.Array) -> pa.Array:
    """Return the reverse complements: all letters are turned round at once, and with them the rows."""
    offsets, letters = flat(column)
    edges = (offsets[-1] - offsets)[::-1].astype(np.int64)
    turned = np.frombuffer(letters.translate(_TURN), np.uint8)[::-1].tobytes()
    buffers = [None, pa.py_buffer(edges.tobytes()), pa.py_buffer(turned)]
    rows = pa.Array.from_buffers(pa.large_string(), len(column), buffers)
    found = rows.take(pa.array(np.arange(len(column))[::-1]))
    return found.cast(column.type)


def _hash(texts: list[str]) -> Int64[np.ndarray, " text"]:
    # SipHash with a fixed key, the same on every machine.
    return pd.util.hash_array(np.array(texts, dtype=object), categorize=False).view(np.int64)
