"""Sums over all pairs of words of two sequences, for every pair of sequences: the gapped k-mer kernel.

For each mask the words that agree on it are joined by a product of sparse matrices (sequence by kept bases).
What is added up are counts, exact in any order: neither threads nor the size of blocks change a bit of it.
"""

import threading
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Float64
from scipy import sparse

from senformer.model.kmers.columns import Columns, kept_counts, largest_sum, turned
from senformer.model.kmers.masks import Kept, Level, levels_of
from senformer.model.kmers.words import Words

Gram = Float64[np.ndarray, "row column"]

# Rows of a product at a time: bounds its memory, and of a symmetric one leaves out what is known by then.
_BLOCK = 512
# Whole numbers up to this are exact in float32.
_EXACT = 2**24


def gram(
    rows: Words, columns: Columns | None, by_mismatches: Sequence[float], threads: int | None = None
) -> Gram:
    """Return for every pair of sequences the sum over words u of one and v of the other of what they count.

    The words of one of the two are those of its own strand alone, where both strands were counted.

    Parameters
    ----------
    rows, columns
        Words of the sequences; without ``columns`` the rows with one another.
    by_mismatches
        What two words count by the number of their mismatches; 0 for more of them.
    threads
        Of the work; by default those of torch.
    """
    edges = range(0, len(rows), _BLOCK)
    blocks = [slice(first, min(first + _BLOCK, len(rows))) for first in edges]
    total = np.zeros((len(rows), len(rows if columns is None else columns.words)))
    for level in levels_of(by_mismatches, rows.word_bp):
        part = np.zeros_like(total)
        _add_level(part, level, rows, columns, blocks, threads)
        total += level.weight * part
    if columns is None:
        lower = np.tril_indices(len(rows), -1)
        total[lower] = total.T[lower]
    return total


def _add_level(
    part: Gram, level: Level, rows: Words, columns: Columns | None, blocks: list[slice], threads: int | None
) -> None:
    masks = [(kept, 1.0) for kept in level.masks(rows.word_bp)]
    if rows.both_strands:
        masks = level.halved(rows.word_bp)
    lock = threading.Lock()
    dtype = _counting_type(rows, columns)

    def add(mask: tuple[Kept, float]) -> None:
        kept, factor = mask
        left = kept_counts(rows, kept, dtype)
        right = None if columns is None else columns.counts(kept, dtype)
        for block in blocks:
            first = block.start if right is None else 0
            found = _product(left[block], turned(left[first:]) if right is None else right)
            with lock:
                part[block, first:] += factor * found

    _in_threads(add, masks, threads)


def _in_threads(work: Callable[..., None], items: list, threads: int | None) -> None:
    """Do the work of every item, each in one thread of its own."""
    n_threads = threads or torch.get_num_threads()
    if torch.backends.mkl.is_available():
        _hush()
    try:
        with ThreadPoolExecutor(n_threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            for _ in pool.map(work, items):
                pass
    finally:
        torch.set_num_threads(torch.get_num_threads())  # the library of products has one number for all


@lru_cache(maxsize=1)
def _hush() -> None:
    """Let torch say once, to nobody, that its sparse matrices are new."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        _as_torch(sparse.csr_matrix(np.eye(1)))


def _counting_type(rows: Words, columns: Columns | None) -> type[np.floating]:
    """Return a type in which no product loses a count."""
    largest = largest_sum(rows)
    other = largest if columns is None else columns.largest
    return np.float32 if largest * other <= _EXACT else np.float64


def _product(left: sparse.csr_matrix, right: sparse.csr_matrix) -> np.ndarray:
    """Return the dense product; by MKL, where torch has it, in a third of scipy's time."""
    if not torch.backends.mkl.is_available():
        return (left @ right).toarray()
    like = torch.zeros(left.shape[0], right.shape[1], dtype=torch.from_numpy(left.data).dtype)
    return torch.addmm(like, _as_torch(left), _as_torch(right), beta=0).numpy()


def _as_torch(matrix: sparse.csr_matrix) -> torch.Tensor:
    parts = (torch.from_numpy(part) for part in (matrix.indptr, matrix.indices, matrix.data))
    return torch.sparse_csr_tensor(*parts, size=matrix.shape, check_invariants=False)
