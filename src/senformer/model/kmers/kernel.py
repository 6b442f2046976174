"""The six gapped k-mer kernels of LS-GKM: which words count how much, and how two sequences compare."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from jaxtyping import Float64

from senformer.model.kmers.columns import Columns
from senformer.model.kmers.filters import estimated, shared_gapped
from senformer.model.kmers.gram import Gram, gram
from senformer.model.kmers.self_sums import self_sums
from senformer.model.kmers.words import Codes, Words, center_weights, count_words

KernelName = Literal["gkm_cnt", "gkm_estfull", "gkm_esttrunc", "gkmrbf", "wgkm", "wgkmrbf"]
# In the order of LS-GKM's numbers.
KERNELS: tuple[KernelName, ...] = ("gkm_cnt", "gkm_estfull", "gkm_esttrunc", "gkmrbf", "wgkm", "wgkmrbf")
RBF = ("gkmrbf", "wgkmrbf")
CENTERED = ("wgkm", "wgkmrbf")


@dataclass(frozen=True)
class GappedKernel:
    """A kernel with its sizes.

    Attributes
    ----------
    name
        One of ``KERNELS``: gapped k-mers counted, estimated counts of words (all, or none beyond the first
        distance that counts nothing), that under a radial basis function, or with more weight in the middle.
    word_bp, known_bp, max_mismatches
        Bases of a word, those of them that a gapped k-mer keeps, and mismatches from which on two words have
        nothing to do with each other.
    gamma
        Of the radial basis function.
    center_weight, center_half_bp
        What a word in the middle counts, and how far from it half of that.
    both_strands
        Whether a sequence is compared with both strands of the other.
    """

    name: KernelName = "gkm_esttrunc"
    word_bp: int = 11
    known_bp: int = 7
    max_mismatches: int = 3
    gamma: float = 1.0
    center_weight: int = 50
    center_half_bp: float = 50.0
    both_strands: bool = True

    @property
    def is_linear(self) -> bool:
        """Whether it is a sum over words."""
        return self.name not in RBF

    @cached_property
    def by_mismatches(self) -> list[float]:
        """What two words count by the number of their mismatches."""
        sizes = self.word_bp, self.known_bp, min(self.max_mismatches, self.word_bp)
        if self.name == "gkm_cnt":
            return shared_gapped(*sizes)
        return estimated(*sizes, truncated=self.name != "gkm_estfull")

    def words(self, codes: Codes) -> Words:
        """Return the words of sequences with what each counts."""
        weights = None
        if self.name in CENTERED:
            weights = center_weights(codes, self.word_bp, self.center_weight, self.center_half_bp)
        return count_words(codes, self.word_bp, both_strands=self.both_strands, weights=weights)

    def lengths(self, words: Words) -> Float64[np.ndarray, " row"]:
        """Return the length of every sequence in the kernel's space; 1 of one that has no word."""
        sums = self_sums(words, self.by_mismatches)
        return np.sqrt(np.where(sums > 0, sums, 1.0))

    def similarity(
        self, rows: Words, columns: Columns, column_lengths: Float64[np.ndarray, " column"]
    ) -> Gram:
        """Return how alike sequences are, given the lengths of the second ones: 1 where they are the same."""
        found = gram(rows, columns, self.by_mismatches)
        return found / self.lengths(rows)[:, None] / column_lengths

    def own_similarity(
        self, words: Words, threads: int | None = None
    ) -> tuple[Gram, Float64[np.ndarray, " row"]]:
        """Return how alike the sequences are to one another, and their lengths."""
        found = gram(words, None, self.by_mismatches, threads)
        diagonal = found.diagonal()
        lengths = np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
        found /= lengths[:, None]
        found /= lengths
        return found, lengths

    def bend(self, similarity: Gram) -> Gram:
        """Return the kernel of sequences that are so alike."""
        return similarity if self.is_linear else np.exp(self.gamma * (similarity - 1))
