"""Words: the k-mers of a sequence that a sketch keeps, in numpy on blocks that stay in the cache.

A word and its reverse complement are one; which words are kept is decided by their hash alone. Other than
a minimizer of a window, a kept word stays kept whatever changes beside it, so that diverged copies share
more of them.
"""

import numpy as np
from jaxtyping import Bool, UInt8, UInt32

from senformer.core.shapes import N_CODE

_BLOCK_BP = 1 << 16
_PERIODS = (1, 2, 3, 4, 5, 6)
_C1, _C2 = np.uint32(0x9E3779B1), np.uint32(0x85EBCA77)


def words_of(
    codes: UInt8[np.ndarray, " base"], k: int
) -> tuple[UInt32[np.ndarray, " word"], UInt32[np.ndarray, " word"]]:
    """Return the word at every base, forward and as its reverse complement, two bits a base (k <= 16).

    Built by doubling: a word of 16 bases is two of 8. N must have been taken out.
    """
    power, power_rc, length = codes.astype(np.uint32), 3 - codes.astype(np.uint32), 1
    word = word_rc = power[:0]
    done = 0
    while length <= k:
        if k & length:
            if done:
                n = len(codes) - done - length + 1
                word = (word[:n] << np.uint32(2 * length)) | power[done : done + n]
                word_rc = (power_rc[done : done + n] << np.uint32(2 * done)) | word_rc[:n]
            else:
                word, word_rc = power, power_rc
            done += length
        if 2 * length <= k:
            n, shift = len(power) - length, np.uint32(2 * length)
            power, power_rc = (
                (power[:n] << shift) | power[length:],
                (power_rc[length:] << shift) | power_rc[:n],
            )
        length *= 2
    return word, word_rc


def hash_words(words: UInt32[np.ndarray, " word"]) -> UInt32[np.ndarray, " word"]:
    """Return a hash of every word; no two words have the same."""
    mixed = words * _C1
    mixed ^= mixed >> np.uint32(15)
    mixed *= _C2
    mixed ^= mixed >> np.uint32(13)
    return mixed


def hash_bound(density_bp: int) -> int:
    """Return the largest hash of a word that is kept, one in ``density_bp``."""
    return (1 << 32) // density_bp - 1


def is_repetitive(words: UInt32[np.ndarray, " word"], k: int) -> Bool[np.ndarray, " word"]:
    """Say which words repeat a unit of at most six bases (and less than half the word) throughout."""
    found = np.zeros(len(words), bool)
    for period in _PERIODS:
        if 2 * period < k:
            tail = np.uint32((1 << 2 * (k - period)) - 1)
            found |= (words >> np.uint32(2 * period)) == (words & tail)
    return found


def pick_words(
    codes: UInt8[np.ndarray, " base"], k: int, density_bp: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Return the kept words of a sequence.

    Returns
    -------
    Place of the first base, hash, whether the reverse complement is the smaller of the two; and how many
    kept words were left out again because they repeat a short unit. Words with N are none.
    """
    bound = np.uint32(hash_bound(density_bp))
    parts, n_repetitive = [], 0
    for low in range(0, max(len(codes) - k + 1, 0), _BLOCK_BP):
        block = codes[low : low + _BLOCK_BP + k - 1]
        unknown = block >= N_CODE
        has_unknown = bool(unknown.any())
        word, word_rc = words_of(np.where(unknown, 0, block).astype(np.uint8) if has_unknown else block, k)
        hashed = hash_words(np.minimum(word, word_rc))
        at = np.flatnonzero(hashed <= bound)
        if has_unknown:
            before = np.concatenate([[0], np.cumsum(unknown)])
            at = at[before[at + k] == before[at]]
        repetitive = is_repetitive(word[at], k)
        n_repetitive += int(repetitive.sum())
        at = at[~repetitive]
        parts.append((at + low, hashed[at], word[at] > word_rc[at]))
    if not parts:
        return np.zeros(0, np.int64), np.zeros(0, np.uint32), np.zeros(0, bool), 0
    at, hashed, turned = (np.concatenate(column) for column in zip(*parts, strict=True))
    return at, hashed, turned, n_repetitive
