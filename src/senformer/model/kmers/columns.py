"""Sequences that many others are compared with: what a comparison needs of them is made once and kept."""

import threading

import numpy as np
from scipy import sparse

from senformer.model.kmers.masks import Kept, keep_bases
from senformer.model.kmers.words import Words

_MOST_BYTES = 2**29


def kept_counts(words: Words, kept: Kept, dtype: type[np.floating]) -> sparse.csr_matrix:
    """Return the counts of a mask's kept bases, sequence by value; a value may have several entries."""
    values = keep_bases(words.words, kept, words.word_bp).astype(np.int32)
    shape = len(words), 1 << 2 * len(kept)
    return sparse.csr_matrix((words.counts.astype(dtype), values, words.edges.astype(np.int32)), shape=shape)


def turned(counts: sparse.csr_matrix) -> sparse.csr_matrix:
    """Return value by sequence, every pair once."""
    found = counts.T.tocsr()
    found.sum_duplicates()
    return found


class Columns:
    """Words of sequences with their counts by mask, value by sequence, kept up to so many bytes.

    Attributes
    ----------
    words
        The words.
    largest
        Sum of the counts of the sequence that has the largest.
    """

    def __init__(self, words: Words, most_bytes: int = _MOST_BYTES) -> None:
        self.words, self._most_bytes, self._n_bytes = words, most_bytes, 0
        self.largest = largest_sum(words)
        self._known: dict[tuple[Kept, type[np.floating]], sparse.csr_matrix] = {}
        self._lock = threading.Lock()

    def counts(self, kept: Kept, dtype: type[np.floating]) -> sparse.csr_matrix:
        """Return the counts of a mask's kept bases, value by sequence; made anew once the bytes are used."""
        key = kept, dtype
        if key in self._known:
            return self._known[key]
        found = turned(kept_counts(self.words, kept, dtype))
        n_bytes = sum(part.nbytes for part in (found.data, found.indices, found.indptr))
        with self._lock:
            if key not in self._known and self._n_bytes + n_bytes <= self._most_bytes:
                self._known[key] = found
                self._n_bytes += n_bytes
        return found


def largest_sum(words: Words) -> float:
    """Return the sum of the counts of the sequence that has the largest."""
    return np.add.reduceat(np.append(words.counts, 0), words.edges[:-1]).max(initial=0)
