"""One change of the genome: a reference allele and the alternate that takes its place.

Made by the readers of variants, read by everything that scores them.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

_BASES = frozenset("ACGT")
_LETTERS = frozenset("ACGTN")


class Change(NamedTuple):
    """What a variant changes, without the bases that its alleles share.

    Attributes
    ----------
    start, end
        The stretch of the genome that is replaced, 0-based and half-open; empty for an insertion, which
        goes before ``start``.
    old, new
        What the genome has there, and what takes its place.
    """

    start: int
    end: int
    old: str
    new: str

    @property
    def gain_bp(self) -> int:
        """How much longer the chromosome gets, in bp; negative for a deletion."""
        return len(self.new) - len(self.old)


class Origin(NamedTuple):
    """Where a variant comes from, and how it is written there.

    Attributes
    ----------
    line
        Line of the file, from 1; row of a frame, from 0.
    allele
        Which of the ALT alleles of the record, from 1.
    position
        POS as given, 1-based.
    ref, alt
        The alleles as given, in capitals.
    """

    line: int
    allele: int
    position: int
    ref: str
    alt: str


def trim_alleles(ref: str, alt: str) -> tuple[int, str, str]:
    """Return how many first bases two alleles share, and what is left of them without shared ends.

    Shared last bases are taken off first, so that a change in a repeat lies as far left as the alleles
    allow.

    Examples
    --------
    >>> trim_alleles("CACAC", "CGTGC")
    (1, 'ACA', 'GTG')
    >>> trim_alleles("CAA", "CA")
    (1, 'A', '')
    """
    shorter = min(len(ref), len(alt))
    n_right = 0
    while n_right < shorter and ref[-1 - n_right] == alt[-1 - n_right]:
        n_right += 1
    n_left = 0
    while n_left < shorter - n_right and ref[n_left] == alt[n_left]:
        n_left += 1
    return n_left, ref[n_left : len(ref) - n_right], alt[n_left : len(alt) - n_right]


@dataclass(frozen=True, order=True)
class Variant:
    """A change of one place on a chromosome.

    Attributes
    ----------
    chrom
        Chromosome name, as in the genome.
    start
        First base of the reference allele, 0-based, in bp.
    ref, alt
        Alleles in capital A, C, G, T; they differ and neither is empty. A base that both share, at either
        end, may be N.
    id
        Name given by the file (``rs123``), or an empty string.
    is_swapped
        Whether the genome has ``alt``, and ``ref`` is what changes it.
    origin
        Where it comes from; None where it comes from no file.
    """

    chrom: str
    start: int
    ref: str
    alt: str
    id: str = ""
    is_swapped: bool = field(default=False, compare=False)
    origin: Origin | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse a variant that cannot be."""
        if self.start < 0:
            raise ValueError(f"{self.key}: the position lies before the chromosome")
        for name, allele in (("ref", self.ref), ("alt", self.alt)):
            if not allele or not _LETTERS.issuperset(allele):
                raise ValueError(f"{name} is {allele!r}; allowed are the letters A, C, G and T")
        if self.ref == self.alt:
            raise ValueError(f"{self.key}: ref and alt are the same")
        if not _BASES.issuperset(self.change.old + self.change.new):
            raise ValueError(f"{self.key}: an N changes; only A, C, G and T can")

    @property
    def position(self) -> int:
        """Position as in VCF: 1-based."""
        return self.start + 1

    @property
    def end(self) -> int:
        """Base after the last one that the genome's allele takes, 0-based."""
        return self.start + len(self.genome_allele)

    @property
    def genome_allele(self) -> str:
        """The allele that the genome has: ``ref``, unless the two are swapped."""
        return self.alt if self.is_swapped else self.ref

    @property
    def other_allele(self) -> str:
        """The allele that the genome does not have."""
        return self.ref if self.is_swapped else self.alt

    @cached_property
    def change(self) -> Change:
        """What changes in the genome, without shared bases."""
        n_left, old, new = trim_alleles(self.genome_allele, self.other_allele)
        start = self.start + n_left
        return Change(start, start + len(old), old, new)

    @property
    def key(self) -> str:
        """Chromosome, 1-based position and alleles: ``chr22:36201698:A>C``."""
        return f"{self.chrom}:{self.position}:{self.ref}>{self.alt}"

    @property
    def is_snv(self) -> bool:
        """Whether one base takes the place of one base."""
        return len(self.ref) == len(self.alt) == 1
