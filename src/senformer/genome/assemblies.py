"""Tell an assembly by the lengths of its chromosomes, so that a message can name it.

``assemblies.tsv`` holds the assembled chromosomes of common assemblies by the names and lengths that UCSC
publishes (``chrom.sizes``); no two of them share a chromosome of one length.
"""

import functools
from collections.abc import Mapping
from importlib import resources
from typing import NamedTuple

from senformer.genome.chromosomes import canonical_name


@functools.cache
def known_assemblies() -> dict[str, dict[str, int]]:
    """Return length in bp by canonical chromosome name, for every known assembly."""
    text = resources.files("senformer.genome").joinpath("assemblies.tsv").read_text("utf-8")
    found: dict[str, dict[str, int]] = {}
    for line in text.splitlines()[1:]:
        assembly, chrom, length = line.split("\t")
        found.setdefault(assembly, {})[canonical_name(chrom)] = int(length)
    return found


def recognize(chrom_sizes: Mapping[str, int]) -> str | None:
    """Return the assembly whose chromosome lengths these are, or None.

    One chromosome is enough; none of those that both list may have another length.

    Examples
    --------
    >>> recognize({"1": 248956422})
    'hg38'
    """
    sizes = {canonical_name(name): size for name, size in chrom_sizes.items()}
    for assembly, known in known_assemblies().items():
        shared = sizes.keys() & known.keys()
        if shared and all(sizes[name] == known[name] for name in shared):
            return assembly
    return None


class Difference(NamedTuple):
    """How the chromosomes of a file differ from those of the assembly that it is most like.

    Attributes
    ----------
    assembly
        Its name.
    n_chroms
        How many chromosomes it has.
    same
        Names, as the file gives them, that have the length of the assembly.
    other
        Names that it gives another length, with that of the assembly.
    missing
        Chromosomes of the assembly, as UCSC names them, that the file does not have.
    """

    assembly: str
    n_chroms: int
    same: list[str]
    other: dict[str, int]
    missing: list[str]


def compare_with_known(chrom_sizes: Mapping[str, int]) -> Difference | None:
    """Return how a file differs from the assembly with which it shares most chromosomes by name and length.

    None where it shares none with any.

    Examples
    --------
    >>> compare_with_known({"chrI": 230218, "chrII": 9}).other
    {'chrII': 813184}
    """
    names = {canonical_name(name): name for name in chrom_sizes}
    best: Difference | None = None
    for assembly, known in known_assemblies().items():
        shared = {names[chrom]: size for chrom, size in known.items() if chrom in names}
        same = [name for name, size in shared.items() if chrom_sizes[name] == size]
        other = {name: size for name, size in shared.items() if chrom_sizes[name] != size}
        missing = [f"chr{chrom}" for chrom in known if chrom not in names]
        if len(same) > (len(best.same) if best else 0):
            best = Difference(assembly, len(known), same, other, missing)
    return best


def told_apart(mine: Mapping[str, int], other: Mapping[str, int], what: str, others: str) -> str:
    """Say which assemblies two files are of, as an addition to a sentence; empty where neither is known.

    Parameters
    ----------
    mine, other
        Chromosome lengths of the two.
    what, others
        What they are called: ``the file``, ``the genome``.
    """
    parts = [
        f"{name} has the lengths of {assembly}"
        for name, assembly in ((what, recognize(mine)), (others, recognize(other)))
        if assembly
    ]
    return f" ({', '.join(parts)})" if parts else ""
