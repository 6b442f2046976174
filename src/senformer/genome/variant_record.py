"""A record of a file of variants as it is written, and the named outcomes of its alleles.

Every format is parsed into these; :mod:`senformer.genome.variant_reader` checks them against the genome.
"""

import re
from dataclasses import dataclass, field

from senformer.core.errors import DataError
from senformer.genome.sequence import IUPAC
from senformer.genome.variant import trim_alleles

_NUMBER = re.compile(r"[0-9]{1,18}")
_LETTERS = f"[ACGTN{IUPAC}]+"
_REF = re.compile(_LETTERS)
_BASES = re.compile("[ACGT]+")
_SYMBOLIC = re.compile(r"<[^<>]+>")
_BREAKEND = re.compile(rf"(?:{_LETTERS})?[\[\]][^\[\]]+[\[\]](?:{_LETTERS})?|\.{_LETTERS}|{_LETTERS}\.")
_BRACKETED = re.compile(r"([\[\]][^\[\]]*[\[\]]|<[^<>]*>)")
SHOWN_LETTERS = 50

REASONS = {
    "ref_mismatch": "REF is not what the genome has there (only where that is allowed)",
    "no_alternate": "ALT is . (no alternate allele)",
    "spanning_deletion": "ALT is * (the base is lost in a deletion upstream)",
    "symbolic": "ALT is a symbol such as <DEL>",
    "breakend": "ALT is a breakend",
    "not_acgt": "a base that changes is none of A, C, G and T in REF or ALT",
    "alt_is_ref": "ALT and REF are the same",
    "duplicate": "the same variant came before, however it was written",
}


@dataclass(frozen=True, slots=True)
class VariantRecord:
    """One record as its line gives it, bases in capitals.

    Attributes
    ----------
    line
        Line number, from 1; row of a frame, from 0.
    chrom
        Name as in the file.
    start
        First base of REF, 0-based; -1 where POS is 0.
    id
        ID, or an empty string for ``.``.
    ref, alt
        REF and the whole ALT column.
    """

    line: int
    chrom: str
    start: int
    id: str
    ref: str
    alt: str

    @property
    def alleles(self) -> list[str]:
        """The ALT alleles, in order."""
        return self.alt.split(",")

    @property
    def key(self) -> str:
        """Chromosome, 1-based position and alleles, long ones cut."""
        return self.key_of(self.alt)

    def key_of(self, alt: str) -> str:
        """Return the key with one of the alleles."""
        ref, alt = (a if len(a) <= SHOWN_LETTERS else a[:SHOWN_LETTERS] + "..." for a in (self.ref, alt))
        return f"{self.chrom}:{self.start + 1}:{ref}>{alt}"

    @property
    def has_plain_ref(self) -> bool:
        """Whether REF can be compared with the genome: A, C, G and T only."""
        return _BASES.fullmatch(self.ref) is not None

    @property
    def kinds(self) -> list[str]:
        """The outcome of every allele: a name in ``REASONS``, or an empty string for one to score."""
        return [allele_kind(self.ref, alt) for alt in self.alleles]


def allele_kind(ref: str, alt: str) -> str:
    """Return why an allele cannot be scored whatever the genome, as in ``REASONS``; empty where it can.

    Examples
    --------
    >>> allele_kind("A", "<DEL>"), allele_kind("NA", "N"), allele_kind("N", "A")
    ('symbolic', '', 'not_acgt')
    """
    if alt in {".", "*"}:
        return "no_alternate" if alt == "." else "spanning_deletion"
    if _SYMBOLIC.fullmatch(alt):
        return "symbolic"
    if _BREAKEND.fullmatch(alt):
        return "breakend"
    if alt == ref:
        return "alt_is_ref"
    _, *changed = trim_alleles(ref, alt)
    return "" if _BASES.fullmatch("".join(changed)) else "not_acgt"


@dataclass(frozen=True)
class VariantText:
    """What a file or frame of variants says.

    Attributes
    ----------
    name
        The file, for messages.
    records
        Records in the order of the file.
    contig_sizes
        Lengths that the file declares, in bp, by its own names.
    assemblies
        Assemblies that its ids name, with the line of the first.
    unit
        What ``VariantRecord.line`` counts: ``line`` or ``row``.
    """

    name: str
    records: list[VariantRecord]
    contig_sizes: dict[str, int] = field(default_factory=dict)
    assemblies: dict[str, int] = field(default_factory=dict)
    unit: str = "line"

    def where(self, record: VariantRecord) -> str:
        """Return the place of a record, for messages."""
        return f"{self.name} {self.unit} {record.line} ({record.chrom}:{record.start + 1})"


def make_record(line: int, where: str, fields: tuple[str, str, str, str, str]) -> VariantRecord:
    """Return one record from the text of CHROM, POS, ID, REF and ALT.

    Raises
    ------
    DataError
        CHROM or POS cannot be (E222), or an allele is none (E224).
    """
    chrom, position, name, *alleles = fields
    ref, alt = alleles[0].upper(), ",".join(map(_capitals, alleles[1].split(",")))
    if not chrom or any(letter.isspace() for letter in chrom):
        raise DataError("E222", where, f"CHROM is {chrom!r}", "Give a chromosome name.")
    if not _NUMBER.fullmatch(position):
        raise DataError(
            "E222", where, f"POS is {position[:SHOWN_LETTERS]!r}", "Give a whole number from 1 on."
        )
    if not _REF.fullmatch(ref):
        todo = "REF is one or more of A, C, G, T and N."
        raise DataError("E224", where, f"REF is {alleles[0][:SHOWN_LETTERS]!r}", todo)
    if not all(_is_alternate(allele) for allele in alt.split(",")):
        todo = "ALT is letters, ., *, <SYMBOL> or a breakend; several are separated by commas."
        raise DataError("E224", where, f"ALT is {alleles[1][:SHOWN_LETTERS]!r}", todo)
    return VariantRecord(line, chrom, int(position) - 1, "" if name == "." else name, ref, alt)


def _capitals(allele: str) -> str:
    """Return bases in capitals; names of chromosomes and symbols, in brackets, stay as they are."""
    return "".join(part if part[:1] in "[]<" else part.upper() for part in _BRACKETED.split(allele))


def _is_alternate(allele: str) -> bool:
    if allele in {".", "*"}:
        return True
    return any(kind.fullmatch(allele) for kind in (_REF, _SYMBOLIC, _BREAKEND))
