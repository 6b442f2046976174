"""The finding that chromosome names of a file are not the genome's, told once a file."""

from collections.abc import Collection, Mapping, Sequence

from senformer.core.findings import ERROR, Finding
from senformer.core.wording import counted
from senformer.genome.chromosomes import show_names


def unknown_names(
    chroms: Sequence[str],
    names: Mapping[str, str | None],
    available: Collection[str],
    where: str,
    unit: str,
) -> Finding:
    """Return the finding of records whose chromosome the genome lacks.

    Parameters
    ----------
    chroms
        The chromosome of every such record, in the order of the file.
    names
        All names that the file uses, each with its counterpart or None.
    available
        Names of the genome.
    where
        The first such line.
    unit
        What a record is called.
    """
    missing = list(dict.fromkeys(chroms))
    verb = "is" if len(missing) == 1 else "are"
    found = (
        f"{len(missing)} of {counted(len(names), 'chromosome name')} {verb} not in the genome: "
        f"{show_names(missing)}, in {counted(len(chroms), unit)} (the genome has {show_names(available)})"
    )
    todo = "Rename them, leave them out, or use the genome that the file was made on."
    return Finding(ERROR, "E230", where, found, todo)
