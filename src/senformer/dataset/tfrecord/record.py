"""The two features of a Basenji record, between their published layouts and arrays.

``sequence`` is bytes: a row of four per base, 0 or 1 (``one_hot``, N is four zeros), or one index per base
(``index``, A C G T N = 0..4). ``target`` is bins x tracks: float16 as bytes (``float16``), or a list of
float32 (``float32``).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, UInt8

from senformer.core.errors import DataError
from senformer.core.shapes import N_CODE
from senformer.core.wording import counted
from senformer.dataset.tfrecord.example import Value, parse_example, write_example
from senformer.dataset.tfrecord.framing import Place

SEQUENCE, TARGET = "sequence", "target"
ONE_HOT, INDEX = "one_hot", "index"
_AGAIN = "Get the file again, or make it anew."
# Four bytes of a one-hot row, read as one little-endian number: A, C, G, T, N.
_ROWS = np.array([1, 1 << 8, 1 << 16, 1 << 24, 0], dtype="<u4")


@dataclass(frozen=True)
class Layout:
    """How the records of a set are laid out; the same for all of them.

    Attributes
    ----------
    sequence
        ``one_hot`` or ``index``.
    seq_length
        Bases of a record.
    dtype
        ``float16`` or ``float32``: the type of the targets.
    n_values
        Target values of a record: bins times tracks.
    """

    sequence: str
    seq_length: int
    dtype: str
    n_values: int


class Features(NamedTuple):
    """The two features of a record, as they are laid out."""

    sequence: bytes
    target: Value


def features_of(payload: bytes, place: Place) -> Features:
    """Return the features of a record.

    Raises
    ------
    DataError
        It is no example, a feature is absent, or there is one that no Basenji layout has.
    """
    try:
        features = parse_example(payload)
    except ValueError as fault:
        raise DataError("E473", str(place), f"is no tf.train.Example: {fault}", _AGAIN) from fault
    for name in (SEQUENCE, TARGET):
        if name not in features:
            held = ", ".join(sorted(features)) or "none"
            raise DataError("E473", str(place), f"has no feature {name!r}; it has {held}", _AGAIN)
    for name in sorted(features):
        if name not in (SEQUENCE, TARGET):
            raise DataError(
                "E473",
                str(place),
                f"has a feature {name!r}, which no Basenji layout has and a dataset could not keep",
                "Write the records without it.",
            )
    sequence = features[SEQUENCE]
    if not isinstance(sequence, bytes):
        raise DataError("E473", str(place), "feature 'sequence' holds no bytes", _AGAIN)
    return Features(sequence, features[TARGET])


def layout_of(features: Features, place: Place, seq_length: int | None) -> Layout:
    """Return the layout of a record.

    Parameters
    ----------
    features, place
        Of the record.
    seq_length
        Bases that ``statistics.json`` gives; None where there is none. Then a sequence is one-hot if every
        four bytes are a row of zeros with at most one 1, else indices.

    Raises
    ------
    DataError
        The sequence has neither of the two lengths, or the target no whole number of values.
    """
    raw, target = features
    n = len(raw)
    if seq_length is None:
        kind = ONE_HOT if _is_one_hot(raw) else INDEX
        seq_length = n // 4 if kind == ONE_HOT else n
    else:
        kind = {seq_length: INDEX, 4 * seq_length: ONE_HOT}.get(n, "")
    if not kind or not n:
        raise DataError(
            "E474",
            str(place),
            f"'sequence' has {counted(n, 'byte')}; allowed are {seq_length:,} (indices) or "
            f"{4 * seq_length:,} (one-hot)",
            "Mend seq_length in statistics.json, or get the file again.",
        )
    dtype, n_values = ("float16", len(target) // 2) if isinstance(target, bytes) else ("float32", len(target))
    if not n_values or (isinstance(target, bytes) and len(target) % 2):
        found = f"'target' has {counted(len(target), 'byte')}, no whole number of float16 values"
        raise DataError("E475", str(place), found, _AGAIN)
    return Layout(kind, seq_length, dtype, n_values)


def _is_one_hot(raw: bytes) -> bool:
    return len(raw) % 4 == 0 and bool(np.isin(np.frombuffer(raw, "<u4"), _ROWS).all())


def read_codes(features: Features, layout: Layout, place: Place) -> UInt8[np.ndarray, " base"]:
    """Return the codes of a record's sequence.

    Raises
    ------
    DataError
        Names the first base whose row is not zeros with at most one 1, or whose index is above 4.
    """
    raw = features.sequence
    if layout.sequence == INDEX:
        codes = np.frombuffer(raw, np.uint8)
        wrong = codes > N_CODE
        if wrong.any():
            base = int(np.argmax(wrong))
            found = f"the index of base {base} is {codes[base]}; allowed are 0 to 4 (A, C, G, T, N)"
            raise DataError("E474", str(place), found, _AGAIN)
        return codes
    rows = np.frombuffer(raw, "<u4")
    codes = np.full(len(rows), N_CODE, dtype=np.uint8)
    known = rows == 0
    for code, row in enumerate(_ROWS[:4]):
        hit = rows == row
        codes[hit] = code
        known |= hit
    if not known.all():
        base = int(np.argmin(known))
        row = list(raw[4 * base : 4 * base + 4])
        found = f"the one-hot row of base {base} is {row}; allowed are zeros with at most one 1"
        raise DataError("E474", str(place), found, _AGAIN)
    return codes


def read_target(features: Features, n_bins: int) -> Float[np.ndarray, "bin track"]:
    """Return the target of a record in its own type; rows are bins."""
    target = features.target
    values = np.frombuffer(target, "<f2") if isinstance(target, bytes) else target
    return values.astype(values.dtype.newbyteorder("="), copy=False).reshape(n_bins, -1)


def write_record(
    codes: UInt8[np.ndarray, " base"], target: Float[np.ndarray, "bin track"], sequence: str
) -> bytes:
    """Return the example of one sequence and its target.

    Parameters
    ----------
    codes
        A, C, G, T, N = 0..4.
    target
        float16 becomes bytes, float32 a list of floats.
    sequence
        ``one_hot`` or ``index``.
    """
    raw = codes.tobytes() if sequence == INDEX else _ROWS[codes].tobytes()
    is_half = target.dtype == np.float16
    value = target.astype("<f2").tobytes() if is_half else target.astype(np.float32).ravel()
    return write_example({SEQUENCE: raw, TARGET: value})
