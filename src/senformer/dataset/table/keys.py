"""Short keys of long texts: equal texts have equal keys, so that repeats among millions of rows are found."""

import hashlib
from collections.abc import Iterable

import numpy as np
from jaxtyping import Bool, Int64

_TURN = bytes.maketrans(b"ACGTRYSWKMBDHVN", b"TGCAYRSWMKVHDBN")


def text_keys(texts: Iterable[str]) -> Int64[np.ndarray, " text"]:
    """Return a 64-bit hash of every text; two texts among a million share one once in 37 million times."""
    return np.array([_hash(text.encode()) for text in texts], dtype=np.int64)


def sequence_keys(columns: Iterable[Iterable[str]]) -> Int64[np.ndarray, " row"]:
    """Return a key of every row's sequences, the same for their reverse complements and in either case.

    Parameters
    ----------
    columns
        For every row one sequence or several.
    """
    return np.array([_hash(_canonical(row)) for row in columns], dtype=np.int64)


def find_keys(
    known: Int64[np.ndarray, " known"], wanted: Int64[np.ndarray, " key"]
) -> tuple[Int64[np.ndarray, " key"], Bool[np.ndarray, " key"]]:
    """Return where each key stands among the sorted ones, and whether it does at all."""
    place = np.searchsorted(known, wanted).clip(max=len(known) - 1)
    return place, known[place] == wanted


def _canonical(sequences: Iterable[str]) -> bytes:
    forward = [sequence.encode().upper() for sequence in sequences]
    backward = [sequence.translate(_TURN)[::-1] for sequence in forward]
    return min(b"|".join(forward), b"|".join(backward))


def _hash(text: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little", signed=True)
