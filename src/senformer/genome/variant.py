"""One change of the genome: a reference allele and the alternate that takes its place.

Made by the VCF reader, read by everything that scores variants.
"""

from dataclasses import dataclass

_LETTERS = frozenset("ACGT")


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
        Alleles in capital A, C, G, T; they differ and neither is empty.
    id
        Name given by the file (``rs123``), or an empty string.
    """

    chrom: str
    start: int
    ref: str
    alt: str
    id: str = ""

    def __post_init__(self) -> None:
        """Refuse a variant that cannot be."""
        if self.start < 0:
            raise ValueError(f"{self.key}: the position lies before the chromosome")
        for name, allele in (("ref", self.ref), ("alt", self.alt)):
            if not allele or not _LETTERS.issuperset(allele):
                raise ValueError(f"{name} is {allele!r}; allowed are the letters A, C, G and T")
        if self.ref == self.alt:
            raise ValueError(f"{self.key}: ref and alt are the same")

    @property
    def position(self) -> int:
        """Position as in VCF: 1-based."""
        return self.start + 1

    @property
    def end(self) -> int:
        """Base after the last one of the reference allele, 0-based."""
        return self.start + len(self.ref)

    @property
    def key(self) -> str:
        """Chromosome, 1-based position and alleles: ``chr22:36201698:A>C``."""
        return f"{self.chrom}:{self.position}:{self.ref}>{self.alt}"

    @property
    def is_snv(self) -> bool:
        """Whether one base takes the place of one base."""
        return len(self.ref) == len(self.alt) == 1
