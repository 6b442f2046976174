"""Bases as small numbers: text to codes, codes to one-hot, reverse complement.

Codes are A, C, G, T, N = 0, 1, 2, 3, 4. Readers encode, models embed, augmentation turns around.
"""

from collections import Counter

import numpy as np
from jaxtyping import Float, Int64, UInt8

from senformer.core.shapes import BASES, N_CODE

IUPAC = "RYSWKMBDHV"
# What to do about U.
AS_DNA = "Write T for U in the sequences (for a FASTA: sed '/^>/!y/Uu/Tt/')."
_INVALID = 255


def _encoder() -> bytes:
    table = bytearray([_INVALID] * 256)
    for code, letters in enumerate((*BASES, "N" + IUPAC)):
        for letter in letters + letters.lower():
            table[ord(letter)] = code
    return bytes(table)


# Tables for bytes.translate, which is several times faster than indexing with uint8.
_ENCODE = _encoder()
_DECODE = (BASES + "N").encode().ljust(256, b"?")
_COMPLEMENT = bytes([3, 2, 1, 0, N_CODE]).ljust(256, bytes([_INVALID]))
_IS_IUPAC = np.isin(np.arange(256), np.frombuffer((IUPAC + IUPAC.lower()).encode(), np.uint8))


def encode(text: str | bytes) -> UInt8[np.ndarray, " base"]:
    """Return the codes of a sequence.

    Parameters
    ----------
    text
        Letters of either case. A, C, G, T and N are 0 to 4; the ten other IUPAC letters for an uncertain
        base (R, Y, S, W, K, M, B, D, H, V) become N.

    Raises
    ------
    ValueError
        Any other letter; the message names the first one and its place.

    Examples
    --------
    >>> encode("ACgtRN").tolist()
    [0, 1, 2, 3, 4, 4]
    """
    # Letters beyond Latin-1 become "?", which is no base either.
    raw = text.encode("latin-1", errors="replace") if isinstance(text, str) else text
    codes = np.frombuffer(bytearray(raw.translate(_ENCODE)), np.uint8)  # of a bytearray: writable
    if codes.size and codes.max() == _INVALID:
        first = int(np.argmax(codes == _INVALID))
        letter = text[first] if isinstance(text, str) else chr(text[first])
        raise ValueError(f"letter {letter!r} at index {first} is no base")
    return codes


def decode(codes: UInt8[np.ndarray, " base"]) -> str:
    """Return the sequence that ``codes`` stand for, in capitals."""
    return codes.tobytes().translate(_DECODE).decode("ascii")


def one_hot(codes: UInt8[np.ndarray, "*batch base"]) -> Float[np.ndarray, "*batch 4 base"]:
    """Return one-hot bases in A, C, G, T order; N is four zeros.

    The base axis stays last: ``(..., base)`` becomes ``(..., 4, base)``, float32.
    """
    bases = np.arange(len(BASES), dtype=np.uint8)[:, None]
    return (codes[..., None, :] == bases).astype(np.float32)


def reverse_complement(codes: UInt8[np.ndarray, "*batch base"]) -> UInt8[np.ndarray, "*batch base"]:
    """Return the other strand, read in its own direction, along the last axis."""
    turned = bytearray(codes[..., ::-1].tobytes().translate(_COMPLEMENT))
    return np.frombuffer(turned, np.uint8).reshape(codes.shape)


def count_iupac(text: bytes) -> Counter[str]:
    """Count the IUPAC letters that :func:`encode` turns to N, as capitals; N itself is not counted."""
    raw = np.frombuffer(text, np.uint8)
    found = raw[_IS_IUPAC[raw]]
    return (
        Counter({chr(c): int(n) for c, n in enumerate(np.bincount(found & 0xDF)) if n})
        if found.size
        else Counter()
    )


def unknown_runs(codes: UInt8[np.ndarray, " base"]) -> Int64[np.ndarray, "run 2"]:
    """Return start and end of every run of N.

    Examples
    --------
    >>> unknown_runs(encode("NNACNA")).tolist()
    [[0, 2], [4, 5]]
    """
    unknown = np.zeros(len(codes) + 2, np.int8)
    unknown[1:-1] = codes == N_CODE
    return np.flatnonzero(np.diff(unknown)).reshape(-1, 2).astype(np.int64)
