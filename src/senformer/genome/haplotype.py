"""One copy of a chromosome as a sample has it: the reference with that copy's variants put in.

Positions of the copy and of the reference are carried over to one another both ways. Positions beyond the
ends keep their distance from the end.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64, UInt8

from senformer.core.shapes import N_CODE
from senformer.genome.fasta import FastaReader
from senformer.genome.sequence import encode
from senformer.genome.variant import trim_alleles


@dataclass(frozen=True, order=True)
class Edit:
    """Bases of the reference that others take the place of, without what both begin or end with.

    Attributes
    ----------
    start, end
        Bases replaced, 0-based, half-open; equal where bases are put in before ``start``.
    alt
        What stands there instead; empty where bases are lost.
    """

    start: int
    end: int
    alt: str

    @classmethod
    def of(cls, start: int, ref: str, alt: str) -> "Edit":
        """Return the edit of a record; what the alleles begin with is taken off first, then their end."""
        # First bases first, unlike a variant's change: an earlier record may change the shared base.
        n_tail, old, new = trim_alleles(ref[::-1], alt[::-1])
        end = start + len(ref) - n_tail
        return cls(end - len(old), end, new[::-1])


class Haplotype:
    """A copy of a chromosome; no two edits change the same base.

    Attributes
    ----------
    chrom, size
        Name of the chromosome and length of the copy in bp.
    edits
        In their order.
    """

    def __init__(self, chrom: str, reference_size: int, edits: Iterable[Edit] = ()) -> None:
        self.chrom, self.edits = chrom, sorted(edits)
        starts = np.array([edit.start for edit in self.edits], dtype=np.int64)
        ends = np.array([edit.end for edit in self.edits], dtype=np.int64)
        lengths = np.array([len(edit.alt) for edit in self.edits], dtype=np.int64)
        # What the copy has gained before each edit, and at the end.
        self._gained = np.concatenate([[0], np.cumsum(lengths - (ends - starts))]).astype(np.int64)
        self._starts, self._ends, self._lengths = starts, ends, lengths
        self._first = starts + self._gained[:-1]
        self._alts = encode("".join(edit.alt for edit in self.edits))
        self._alt_at = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        self._reference_size = reference_size
        self.size = reference_size + int(self._gained[-1])

    def place_of(self, position: int) -> int:
        """Return where a base of the reference stands in the copy; of a lost one, where it would."""
        index = int(np.searchsorted(self._ends, position, side="right"))
        if index < len(self.edits) and self._starts[index] <= position:
            return int(self._first[index] + min(position - self._starts[index], self._lengths[index]))
        return int(position + self._gained[index])

    def reference_of(self, start: int, end: int) -> Int64[np.ndarray, " base"]:
        """Return the reference's base that each base of the copy stands for.

        A base put in stands for the one before it; bases of a replacement stand for those they replace, in
        order, and further ones for the last of these.
        """
        return self._read(start, end)[0]

    def count_edits(self, start: int, end: int) -> int:
        """Return the number of edits that change or border on bases ``start`` to ``end`` of the reference."""
        first = int(np.searchsorted(self._ends, start, side="left"))
        return max(0, int(np.searchsorted(self._starts, end, side="right")) - first)

    def fetch_padded(self, fasta: FastaReader, start: int, end: int) -> UInt8[np.ndarray, " base"]:
        """Return codes of bases ``start`` to ``end`` of the copy, N beyond its ends."""
        reference, edit = self._read(start, end)
        codes = np.full(end - start, N_CODE, dtype=np.uint8)
        there = (reference >= 0) & (reference < self._reference_size)
        if there.any():
            lowest, highest = int(reference[there].min()), int(reference[there].max())
            codes[there] = fasta.fetch(self.chrom, lowest, highest + 1)[reference[there] - lowest]
        changed = edit >= 0
        index = edit[changed]
        here = np.arange(start, end)[changed]
        codes[changed] = self._alts[self._alt_at[index] + here - self._first[index]]
        return codes

    def _read(self, start: int, end: int) -> tuple[Int64[np.ndarray, " base"], Int64[np.ndarray, " base"]]:
        """Return the reference's base of each base, and the edit that it belongs to (-1: none)."""
        here = np.arange(start, end, dtype=np.int64)
        after = np.searchsorted(self._first + self._lengths, here, side="right")
        reference = here - self._gained[after]
        edit = np.full(len(here), -1, dtype=np.int64)
        if self.edits:
            index = np.minimum(after, len(self.edits) - 1)
            inside = (after < len(self.edits)) & (here >= self._first[index])
            chosen = index[inside]
            last = np.maximum(self._ends[chosen], self._starts[chosen]) - 1
            edit[inside] = chosen
            reference[inside] = np.minimum(self._starts[chosen] + here[inside] - self._first[chosen], last)
        return reference, edit
