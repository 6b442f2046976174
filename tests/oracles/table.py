"""One row of a table dataset, made letter by letter and number by number."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

_CODES = {"A": 0, "C": 1, "G": 2, "T": 3}
_TURN = {"A": "T", "C": "G", "G": "C", "T": "A"}


def window_of(
    sequence: str, window_bp: int, pad: str = "center", left: str = "", right: str = ""
) -> np.ndarray:
    """Return the codes of one window: the sequence, its flanks as far as there is room, then N."""
    if len(sequence) > window_bp:
        cut = (len(sequence) - window_bp) // 2
        sequence = sequence[cut : cut + window_bp]
    room = window_bp - len(sequence)
    n_left = {"center": room // 2, "right": min(len(left), room), "left": room - min(len(right), room)}[pad]
    before = ("N" * window_bp + left)[len(left) + window_bp - n_left :]
    after = (right + "N" * window_bp)[: room - n_left]
    return np.array([_CODES.get(letter, 4) for letter in (before + sequence + after).upper()], dtype=np.uint8)


def value_of(text: str, scale: float = 1.0) -> np.float32:
    """Return one value; NaN where it is NA."""
    return np.float32(math.nan if text == "NA" else float(text) * scale)


def turned(sequence: str) -> str:
    """Return the reverse complement, other letters than A, C, G, T as N."""
    return "".join(_TURN.get(letter, "N") for letter in reversed(sequence.upper()))


def canonical(row: Sequence[str]) -> str:
    """Return the sequences of a row as one text, the same for all of them turned round."""
    return min("|".join(map(str.upper, row)), "|".join(map(turned, row)))


def words_of(sequence: str, k: int) -> set[str]:
    """Return the k-mers of a sequence, each as the smaller of both strands."""
    words = (sequence[at : at + k].upper() for at in range(len(sequence) - k + 1))
    return {min(word, turned(word)) for word in words if set(word) <= set("ACGT")}


def shared_words(left: str, right: str, k: int) -> float:
    """Return the Jaccard index of two sequences' k-mers."""
    a, b = words_of(left, k), words_of(right, k)
    return len(a & b) / max(len(a | b), 1)


def row_of(texts: Mapping[str, str], window_bp: int) -> tuple[np.ndarray, list[np.float32], list[np.float32]]:
    """Return codes, values (plus, minus times 2) and features of a row of the toy table."""
    values = [value_of(texts["plus"]), value_of(texts["minus"], 2.0)]
    features = [np.float32(texts["half_life"]), np.float32(texts["gc"])]
    return window_of(texts["seq"], window_bp), values, features


def overlapping_rows(chroms: list[str], starts: list[int], ends: list[int]) -> list[tuple[int, int]]:
    """Return every pair of rows whose half-open intervals share a base, each compared with each."""
    return [
        (a, b)
        for a in range(len(chroms))
        for b in range(a + 1, len(chroms))
        if chroms[a] == chroms[b] and starts[a] < ends[b] and starts[b] < ends[a]
    ]


def joined_rows(
    left: list[dict[str, str]], right: list[dict[str, str]], key: str
) -> tuple[list[dict[str, str]], int, int]:
    """Return left rows with the columns of the right one of their name, and how many of either have none."""
    found = [{**row, **other} for row in left for other in right if row[key] == other[key]]
    n_left = sum(all(row[key] != other[key] for other in right) for row in left)
    n_right = sum(all(row[key] != other[key] for row in left) for other in right)
    return found, n_left, n_right
