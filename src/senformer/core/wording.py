"""Small pieces of the sentences that a user reads."""

import difflib
from collections.abc import Iterable


def counted(n: int, noun: str) -> str:
    """Return a number with its noun, in the plural unless it is one.

    Examples
    --------
    >>> counted(1, "record"), counted(1200, "record")
    ('1 record', '1,200 records')
    """
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def closest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the known name that was probably meant, whatever its case; None where none is near.

    Parameters
    ----------
    name
        What was written.
    known
        What could have been.
    cutoff
        From 0 to 1: how alike the two must be at least.

    Examples
    --------
    >>> closest("BigWig", ["bigwig", "bam"]), closest("bedgrph", ["bedgraph", "bam"]), closest("?", ["bam"])
    ('bigwig', 'bedgraph', None)
    """
    known = sorted(known)
    if name in known:
        return name
    lower = [text.lower() for text in known]
    close = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=cutoff)
    return known[lower.index(close[0])] if close else None
