"""Augmentation: the reverse complement of a batch, targets moving with the sequence."""

import numpy as np
from jaxtyping import Float, Integer, UInt8

from senformer.genome.sequence import reverse_complement


def reverse_complement_batch(
    sequence: UInt8[np.ndarray, "*batch base"],
    targets: Float[np.ndarray, "*batch bin track"],
    strand_permutation: Integer[np.ndarray, " track"],
) -> tuple[UInt8[np.ndarray, "*batch base"], Float[np.ndarray, "*batch bin track"]]:
    """Read a batch from the other strand.

    The sequence is reverse complemented, the bins are reversed, and each track takes the values of its
    strand partner. Twice is the identity, for partners are symmetric.

    Parameters
    ----------
    sequence
        Codes A, C, G, T, N = 0..4.
    targets
        Values of every bin and track; NaN is a mask and moves too.
    strand_permutation
        For every track the position of its partner on the other strand; its own if it has none.
    """
    return reverse_complement(sequence), np.ascontiguousarray(targets[..., ::-1, :][..., strand_permutation])
