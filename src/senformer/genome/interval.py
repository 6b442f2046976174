"""A stretch of a chromosome, 0-based and half-open; the one place where region strings are parsed.

Every layer speaks of positions in these; only format readers and :func:`parse_region` know other systems.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from senformer.core.errors import DataError
from senformer.genome.chromosomes import resolve_chromosome, show_names

_REGION = re.compile(r"(?P<chrom>\S+?)(?::(?P<first>[0-9][0-9,]*)-(?P<last>[0-9][0-9,]*))?")
STRANDS = ("+", "-", ".")


@dataclass(frozen=True, order=True)
class Interval:
    """A stretch of a chromosome; it is never empty, and may reach beyond the chromosome's ends.

    Attributes
    ----------
    chrom
        Chromosome name, as in the genome.
    start, end
        First base, and the base after the last one; 0-based, in bp. ``start`` may be negative: a window
        that hangs over the chromosome's left end.
    strand
        ``+``, ``-`` or ``.`` (none).
    name
        Free text.
    """

    chrom: str
    start: int
    end: int
    strand: str = "."
    name: str = ""

    def __post_init__(self) -> None:
        """Refuse an interval that cannot be."""
        if not self.chrom:
            raise ValueError("an interval needs a chromosome name")
        if self.end <= self.start:
            raise ValueError(f"{self.chrom}:{self.start}-{self.end} is empty: end must lie beyond start")
        if self.strand not in STRANDS:
            raise ValueError(f"strand is {self.strand!r}; allowed are +, - and .")

    @property
    def width(self) -> int:
        """Length in bp."""
        return self.end - self.start

    @property
    def center(self) -> int:
        """Middle base; of an even width the one right of the middle."""
        return self.start + self.width // 2

    def shift(self, bp: int) -> "Interval":
        """Return the interval moved right by ``bp`` bases (left where negative)."""
        return replace(self, start=self.start + bp, end=self.end + bp)

    def resize(self, width_bp: int) -> "Interval":
        """Return an interval of ``width_bp`` bases with the same center."""
        start = self.center - width_bp // 2
        return replace(self, start=start, end=start + width_bp)

    def overlaps(self, other: "Interval") -> bool:
        """Say whether the two share a base; strands are not looked at."""
        return self.chrom == other.chrom and self.start < other.end and other.start < self.end

    def __str__(self) -> str:
        return f"{self.chrom}:{self.start}-{self.end} (0-based)"


def parse_region(text: str, chrom_sizes: Mapping[str, int] | None = None) -> Interval:
    """Return the interval that a region string names, as genome browsers write it.

    Parameters
    ----------
    text
        ``chr1:1,001-2,000`` (1-based, both ends included), or ``chr1`` alone for the whole chromosome.
    chrom_sizes
        Length of every chromosome, in bp. Needed for a name alone; where given, the name is mapped to the
        genome's (``1`` to ``chr1``), and the region must lie inside.

    Returns
    -------
    0-based half-open: ``chr1:1,001-2,000`` is 1000 to 2000.

    Raises
    ------
    DataError
        The string is no region, the chromosome is unknown, or the region leaves it.

    Examples
    --------
    >>> str(parse_region("chr1:1,001-2,000"))
    'chr1:1000-2000 (0-based)'
    """
    where = f"region {text!r}"
    text = text.strip()
    if chrom_sizes is not None and text in chrom_sizes:
        return Interval(text, 0, chrom_sizes[text])
    found = _REGION.fullmatch(text)
    if found is None or (found["first"] is None and chrom_sizes is None):
        todo = "Write chr1:1,001-2,000 (1-based, both ends included)."
        raise DataError("E231", where, "is no region", todo)
    chrom = found["chrom"] if chrom_sizes is None else _known_name(found["chrom"], chrom_sizes, where)
    if chrom_sizes is not None and found["first"] is None:
        return Interval(chrom, 0, chrom_sizes[chrom])
    first, last = (int(found[key].replace(",", "")) for key in ("first", "last"))
    if first < 1 or last < first:
        todo = "Positions are 1-based and both ends are included."
        raise DataError("E231", where, f"runs from {first:,} to {last:,}", todo)
    if chrom_sizes is not None and last > chrom_sizes[chrom]:
        found_text = f"ends beyond {chrom}, which has {chrom_sizes[chrom]:,} bp"
        raise DataError("E233", where, found_text, "Cut it, or check the assembly.")
    return Interval(chrom, first - 1, last)


def _known_name(chrom: str, chrom_sizes: Mapping[str, int], where: str) -> str:
    name = resolve_chromosome(chrom, chrom_sizes)
    if name is None:
        todo = f"It has {show_names(chrom_sizes)}."
        raise DataError("E232", where, f"the genome has no chromosome {chrom!r}", todo)
    return name
