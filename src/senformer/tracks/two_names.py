"""A chromosome under two names in one signal file: refused, for one of them would be lost."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from senformer.core.errors import DataError
from senformer.genome.bed import is_record
from senformer.genome.chromosomes import resolve_chromosome
from senformer.genome.files import read_lines


def refuse_two_names(
    path: Path, names: Iterable[str], chrom_sizes: Mapping[str, int], *, is_text: bool
) -> None:
    """Raise where two names of a file, such as ``1`` and ``chr1``, are one chromosome of the genome.

    Parameters
    ----------
    path
        The file.
    names
        Chromosomes that it lists.
    chrom_sizes
        Of the genome; one that has both names keeps them apart.
    is_text
        Its lines begin with a chromosome, so that the first ones of both can be named.

    Raises
    ------
    DataError
        Names the two and the chromosome, and the lines where they stand first (E234).
    """
    first: dict[str, str] = {}
    for name in names:
        chrom = resolve_chromosome(name, chrom_sizes)
        if chrom is None:
            continue
        if chrom in first:
            pair = (first[chrom], name)
            lines = _first_lines(path, pair) if is_text else {}
            shown = " and ".join(
                f"{one!r} (line {lines[one]})" if one in lines else repr(one) for one in pair
            )
            todo = "Use one name for one chromosome, and merge what stands under both."
            raise DataError("E234", str(path), f"{shown} are both chromosome {chrom!r} of the genome", todo)
        first[chrom] = name


def _first_lines(path: Path, names: Collection[str]) -> dict[str, int]:
    """Return the first line of every name."""
    found: dict[str, int] = {}
    for number, line in read_lines(path, "E346"):
        if is_record(line):
            name = line.split("\t" if "\t" in line else None, 1)[0]
            if name in names:
                found.setdefault(name, number)
            if len(found) == len(names):
                break
    return found
