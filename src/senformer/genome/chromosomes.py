"""Chromosome names: ``chr1``, ``1`` and ``NC_000001.11`` mean the same; guesses are never made.

Readers map all names of a file at once, before any record is looked at.
"""

import re
from collections.abc import Collection, Iterable

from senformer.core.errors import DataError
from senformer.core.wording import counted

_ACCESSION = re.compile(r"NC_0*([0-9]+)\.[0-9]+")
# RefSeq numbers of the human and mouse chromosomes are the same in every assembly; the version that
# follows the dot tells the assembly, which the readers check by length instead.
_REFSEQ = {
    **{n: str(n) for n in range(1, 23)}, 23: "X", 24: "Y", 12920: "M",
    **{66 + n: str(n) for n in range(1, 20)}, 86: "X", 87: "Y", 5089: "M",
}  # fmt: skip
_NUMBERED = frozenset(_REFSEQ.values())
_PREFIXES = ("", *(a + b + c for a in "cC" for b in "hH" for c in "rR"))
_SHOWN = 5


def canonical_name(name: str) -> str:
    """Return what all names of one chromosome have in common: ``chr1`` and ``NC_000001.11`` give ``1``."""
    accession = _ACCESSION.fullmatch(name)
    if accession and int(accession[1]) in _REFSEQ:
        return _REFSEQ[int(accession[1])]
    short = name[3:] if name[:3].lower() == "chr" and len(name) > 3 else name
    return "M" if short in {"M", "MT", "Mt"} else short


def _answering(available: Iterable[str]) -> dict[str, list[str]]:
    """Return which names answer to each canonical one."""
    names: dict[str, list[str]] = {}
    for name in available:
        names.setdefault(canonical_name(name), []).append(name)
    return names


def _resolve(name: str, answering: dict[str, list[str]]) -> str | None:
    found = answering.get(canonical_name(name), [])
    if name in found:
        return name
    return found[0] if len(found) == 1 else None


def resolve_chromosome(name: str, available: Collection[str]) -> str | None:
    """Return the member of ``available`` that is the chromosome ``name``, or None.

    The name itself wins; an alias counts only where exactly one member answers to it.

    Examples
    --------
    >>> resolve_chromosome("MT", ["chr1", "chrM"])
    'chrM'
    """
    if name in available:
        return name
    wanted = canonical_name(name)
    # Only what RefSeq numbers can have a name that is not the canonical one with a prefix; of all others
    # every name is known without a look at the genome's, of which there may be 100,000.
    if wanted in _NUMBERED:
        return _resolve(name, _answering(available))
    possible = (prefix + wanted for prefix in _PREFIXES)
    found = [one for one in possible if one in available and canonical_name(one) == wanted]
    return found[0] if len(found) == 1 else None


def match_chromosomes(wanted: Iterable[str], available: Iterable[str], where: str) -> dict[str, str]:
    """Map every name in ``wanted`` to its name in ``available``.

    Parameters
    ----------
    wanted
        Names that a file uses.
    available
        Names of the genome.
    where
        The file that ``wanted`` comes from, for the message.

    Raises
    ------
    DataError
        A name has no counterpart (E230), or two names mean the same chromosome (E234).

    Examples
    --------
    >>> match_chromosomes(["1", "MT"], ["chr1", "chr2", "chrM"], "my.bed")
    {'1': 'chr1', 'MT': 'chrM'}
    """
    answering = _answering(available)
    pairs = {name: _resolve(name, answering) for name in dict.fromkeys(wanted)}
    missing = [name for name, found in pairs.items() if found is None]
    if missing:
        known = show_names([name for names in answering.values() for name in names])
        verb = "is" if len(missing) == 1 else "are"
        found = (
            f"{len(missing)} of {counted(len(pairs), 'chromosome name')} {verb} not in the genome: "
            f"{show_names(missing)}"
        )
        todo = "Rename them, leave them out, or use the genome that the file was made on."
        raise DataError("E230", where, f"{found} (the genome has {known})", todo)
    matched = {name: found for name, found in pairs.items() if found is not None}
    _refuse_two_names(matched, where)
    return matched


def show_names(names: Iterable[str]) -> str:
    """Return the first few of ``names``, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _refuse_two_names(matched: dict[str, str], where: str) -> None:
    first: dict[str, str] = {}
    for name, found in matched.items():
        if found in first:
            two = f"{first[found]!r} and {name!r} are both chromosome {found!r} of the genome"
            raise DataError("E234", where, two, "Use one name for one chromosome.")
        first[found] = name
